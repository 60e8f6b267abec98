import { decideOnAccount } from '@pcft/auth';
import { authorizationOf } from '@pcft/contracts';
import type { Call } from '@pcft/http';

/**
 * The log of the caller's own account, or `null` when the credential does not speak for the account: a pinned token
 * never does, another token when its policy covers the account's log, a session always.
 */
export function ownLog({ operation, principal, visible, request }: Call): string | null {
  const authorization = authorizationOf(operation);
  if (!principal?.accountId || !authorization || principal.workspaceId !== null) return null;
  if (principal.type === 'session') return principal.accountId;
  const question = {
    operation,
    authorization: { ...authorization, resource: 'pcft:audit:account/{account}/event/*' },
    urn: {},
    clientIp: request.clientIp,
    now: new Date(),
  };
  const allowed = visible.some((access) => decideOnAccount(question, principal, access).allowed);
  return allowed ? principal.accountId : null;
}
