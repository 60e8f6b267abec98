import type { Access, Authorization } from '../operation.ts';
import { object, secret, Type } from '../schema.ts';

/** What an account may do to itself. Pinned PATs do not speak for their account. */
export function ownAccount(
  action: string,
  access: Authorization['access'],
  { below = '', scopes = [] }: { readonly below?: string; readonly scopes?: readonly string[] } = {},
): Extract<Access, { kind: 'policy' }> {
  return {
    kind: 'policy',
    authorization: {
      action,
      access,
      lowestRole: 'member',
      scopes,
      resource: `pcft:platform:account/{account}${below}`,
      workspace: { from: 'account' },
    },
  };
}

const currentPassword = () => secret('The current password.', { minLength: 1, maxLength: 1024 });
const code = () =>
  secret('Six digits of the authenticator, or a recovery code.', { minLength: 6, maxLength: 30 });

/**
 * By which its owner proves to be there before something sensitive is done: the password, or a code where the account
 * has a second factor. Neither is needed within ten minutes of the last proof.
 */
export const proof = { password: Type.Optional(currentPassword()), code: Type.Optional(code()) };
export const proofBody = () => object(proof);
export { code, currentPassword };
