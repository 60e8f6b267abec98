import type { Principal, WorkspaceAccess } from '@pcft/auth';
import type { platformOperations, SuccessOf } from '@pcft/contracts';
import { parseToken } from '@pcft/credentials';
import { unmetCondition } from '@pcft/policy';
import type { IntrospectionStore } from './prisma-introspection-store.ts';
import { workspaceToWire } from './introspection-to-wire.ts';
import { introspectionOf } from './read-introspection.ts';

type Body = SuccessOf<(typeof platformOperations)['introspectToken']>;

export interface TokenIntrospection {
  readonly body: Body;
  /** Whose token it is, if it is active. */
  readonly used: Principal | null;
}

/** RFC 7662 section 2.2: nothing more is said of a token that is not active, nor why. */
const inactive: TokenIntrospection = { body: { active: false }, used: null };

/**
 * What a token is worth in a workspace, for a backend there. PATs only: a session is its browser's and nobody else's
 * to present. Unknown, malformed, dead and foreign tokens look alike.
 */
export async function introspectToken(
  store: IntrospectionStore,
  { id: workspaceId }: Pick<WorkspaceAccess, 'id'>,
  token: string,
  issuer: string,
): Promise<TokenIntrospection> {
  const kind = parseToken(token)?.kind;
  if (kind !== 'pat' && kind !== 'pat-test' && kind !== 'pat-quickstart') return inactive;
  const row = await store.inWorkspace({ kind: 'pat', token }, workspaceId);
  if (row === null || row.credential_id === null) return inactive;
  const introspection = introspectionOf(row);
  if (introspection.state !== 'active' || introspection.access === null || introspection.access.pinned)
    return inactive;
  const { principal } = introspection;
  const { conditions } = introspection.access;
  const { ip: _, ...times } = conditions ?? {};
  // The address is the backend's to compare: only it knows who presented the token.
  if (unmetCondition(times, '', new Date()) !== null) return inactive;
  const { role, role_cap, role_policy, policy, boundary } = workspaceToWire(introspection);
  const ends = [row.expires_at?.getTime(), instantOf(times.not_after)].filter((end) => end !== undefined);
  const begins = instantOf(times.not_before);
  return {
    used: principal,
    body: {
      active: true,
      ...(row.scopes && { scope: row.scopes.join(' ') }),
      username: row.email,
      token_type: 'Bearer',
      ...(ends.length > 0 && { exp: seconds(Math.min(...ends)) }),
      iat: seconds(row.created_at.getTime()),
      ...(begins !== undefined && { nbf: seconds(begins) }),
      sub: row.account_id,
      aud: workspaceId,
      iss: issuer,
      jti: principal.id,
      workspace_id: workspaceId,
      ...(role && { role }),
      ...(role_cap && { role_cap }),
      ...(role_policy && { role_policy }),
      policy,
      ...(boundary && { boundary }),
      ...(conditions && { conditions: { ...conditions } }),
    },
  };
}

function instantOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
