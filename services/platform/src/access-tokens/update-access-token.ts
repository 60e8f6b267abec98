import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import { logOf, type AccessToken } from './access-token.ts';
import type { PrismaAccessTokenStore } from './prisma-access-token-store.ts';
import { visibleTokens, type Viewer } from './visible-tokens.ts';

export interface AccessTokenUpdate {
  readonly name: string | null;
  readonly status: 'active' | 'disabled' | null;
}

/**
 * Renames a PAT (its creator only), disables or enables it. Disabling is complete in every service when this resolves,
 * also when it was disabled before.
 *
 * @throws Fault `not-found`, `policy-denied`
 */
export async function updateAccessToken(
  { tokens, changes }: { readonly tokens: PrismaAccessTokenStore; readonly changes: ChangeCommitter },
  viewer: Viewer,
  id: string,
  { name, status }: AccessTokenUpdate,
  audit: CallAudit,
): Promise<AccessToken> {
  const filter = visibleTokens(viewer);
  return changes.commit(async (transaction) => {
    const before = await tokens.find(id, filter, transaction);
    if (!before || before.revokedAt !== null) throw new Fault('not-found');
    if (name !== null && before.accountId !== viewer.principal.accountId)
      throw new Fault('policy-denied', {
        message: 'Only its creator may rename a token',
        details: [
          {
            field: 'policy',
            reason: `workspace.api-key.update of the name of ${id} is needed; denied by ownership: only its creator may rename it`,
          },
        ],
        headers: { 'X-Required-Action': 'workspace.api-key.update' },
      });
    const disabled = status === null ? null : status === 'disabled';
    await tokens.update(transaction, id, { name, disabled });
    const after = await tokens.find(id, filter, transaction);
    // Revoked by somebody else in between.
    if (!after || after.revokedAt !== null) throw new Fault('not-found');
    await audit.commit(transaction, {
      ...logOf(after),
      target: { type: 'access-token', id },
      changes: { before: said(before), after: said(after) },
    });
    return { result: after, invalidates: [{ kind: 'credential', id }], narrows: disabled === true };
  });
}

function said({ name, status }: AccessToken): Record<string, unknown> {
  return { name, status };
}
