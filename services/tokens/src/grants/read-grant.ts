import type { BodyOf, tokensOperations } from '@pcft/contracts';
import { Fault, invalid } from '@pcft/errors';
import type { Call } from '@pcft/http';

type Body = BodyOf<typeof tokensOperations.issueToken>;
type Basic = Call['request']['basic'];

/** What a token request asks for, with everything that its grant needs. */
export type RequestedGrant =
  | {
      readonly type: 'password';
      readonly email: string;
      readonly password: string;
      readonly tenantId: string | null;
      readonly otp: string | null;
    }
  | { readonly type: 'refresh_token'; readonly refreshToken: string }
  | {
      readonly type: 'client_credentials';
      readonly id: string;
      readonly secret: string;
      readonly scope: string | null;
    };

const fieldsOf: Readonly<Record<Body['grant_type'], readonly (keyof Body)[]>> = {
  password: ['email', 'username', 'password', 'tenant_id', 'otp'],
  refresh_token: ['refresh_token'],
  client_credentials: ['client_id', 'client_secret', 'scope'],
};

/**
 * Reads the fields of the grant that is asked for.
 *
 * @param form whether it came as a form: RFC 6749 section 3.2 ignores what it does not know, JSON is exact
 * @throws Fault `validation`, `client-refused`
 */
export function readGrant(body: Body, basic: Basic, form: boolean): RequestedGrant {
  const { grant_type: type } = body;
  if (!form) {
    const foreign = Object.keys(body).find(
      (field) => field !== 'grant_type' && !fieldsOf[type].includes(field as keyof Body),
    );
    if (foreign !== undefined) throw invalid(foreign, `is not a field of the grant ${type}`);
  }
  switch (type) {
    case 'password':
      return {
        type,
        email: readEmail(body),
        password: needed(body, 'password'),
        tenantId: body.tenant_id ?? null,
        otp: body.otp ?? null,
      };
    case 'refresh_token':
      return { type, refreshToken: needed(body, 'refresh_token') };
    case 'client_credentials':
      return { type, ...readClient(body, form ? basic : null), scope: body.scope ?? null };
  }
}

function readEmail({ email, username }: Body): string {
  if (email !== undefined && username !== undefined && email !== username)
    throw invalid('username', 'differs from email');
  const either = email ?? username;
  if (either === undefined) throw invalid('email', 'required', 'email is required');
  return either;
}

/** RFC 6749 section 2.3.1: by HTTP Basic or in the body, and not in both. */
function readClient(body: Body, basic: Basic): { id: string; secret: string } {
  if (basic === 'malformed') throw new Fault('client-refused');
  if (basic === null) return { id: needed(body, 'client_id'), secret: needed(body, 'client_secret') };
  if (body.client_secret !== undefined) throw invalid('client_secret', 'stands beside HTTP Basic');
  if (body.client_id !== undefined && body.client_id !== basic.id)
    throw invalid('client_id', 'differs from HTTP Basic');
  return basic;
}

function needed(body: Body, field: 'password' | 'refresh_token' | 'client_id' | 'client_secret'): string {
  const value = body[field];
  if (value === undefined) throw invalid(field, 'required', `${field} is required`);
  return value;
}
