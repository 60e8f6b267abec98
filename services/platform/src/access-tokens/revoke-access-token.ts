import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import { logOf } from './access-token.ts';
import type { PrismaAccessTokenStore } from './prisma-access-token-store.ts';
import { visibleTokens, type Viewer } from './visible-tokens.ts';

/** Ids of children that fit into an audit row. */
const maxListed = 100;

/**
 * Revokes a PAT and its children for good. When this resolves no service accepts any of them; a repeated revoke gives
 * the same promise, as the one before may have been cut off after its commit. One row in the log is enough: answers
 * about a child rest on its ancestors too.
 *
 * @throws Fault `not-found`
 */
export async function revokeAccessToken(
  { tokens, changes }: { readonly tokens: PrismaAccessTokenStore; readonly changes: ChangeCommitter },
  viewer: Viewer,
  id: string,
  audit: CallAudit,
): Promise<void> {
  await changes.commit(async (transaction) => {
    const token = await tokens.find(id, visibleTokens(viewer), transaction);
    if (!token) throw new Fault('not-found');
    const children = await tokens.revokeFamily(transaction, id);
    await audit.commit(transaction, {
      ...logOf(token),
      target: { type: 'access-token', id },
      metadata: {
        name: token.name,
        ...(children.length > 0 && { children: children.slice(0, maxListed) }),
        ...(token.revokedAt !== null && { repeated: true }),
      },
    });
    return { result: undefined, invalidates: [{ kind: 'credential', id }], narrows: true };
  });
}
