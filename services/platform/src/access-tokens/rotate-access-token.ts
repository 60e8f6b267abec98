import type { Principal } from '@pcft/auth';
import { createToken, lastFour, PAT_KINDS, TOKEN_PREFIXES, tokenDigest } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { AccessToken } from './access-token.ts';
import type { CreateAccessTokenPorts } from './create-access-token.ts';
import { visibleTokens, type Viewer } from './visible-tokens.ts';

export interface RotationInput {
  readonly id: string;
  readonly overlapSeconds: number;
  /** The credential the call was made with. */
  readonly presented: string;
}

/**
 * Gives a PAT a new secret. That is narrowing also with an overlap: the former secret gets an end it did not have, and
 * the one before it is forgotten.
 *
 * @throws Fault `not-found`, `policy-denied` for anybody but its creator, `conflict` when it has expired
 */
export async function rotateAccessToken(
  { tokens, changes, tokenPepper }: CreateAccessTokenPorts,
  viewer: Viewer,
  { id, overlapSeconds, presented }: RotationInput,
  audit: CallAudit,
): Promise<{ readonly token: AccessToken; readonly secret: string; readonly until: Date }> {
  const filter = visibleTokens(viewer);
  return changes.commit(async (transaction) => {
    const before = await tokens.find(id, filter, transaction);
    if (!before || before.revokedAt !== null) throw new Fault('not-found');
    assertMayRotate(viewer.principal, before);
    if (before.status === 'expired')
      throw new Fault('conflict', { details: [{ field: 'id', reason: 'has expired; mint a new one' }] });
    const itself = viewer.principal.id === id;
    const secret = createToken(
      PAT_KINDS.find((kind) => TOKEN_PREFIXES[kind] === before.tokenPrefix) ?? 'pat',
    );
    const until = await tokens.rotate(transaction, id, {
      digest: tokenDigest(tokenPepper, secret),
      lastFour: lastFour(secret),
      overlapSeconds,
      // Or whoever has the secret that is being retired could retire its successor.
      current: itself ? tokenDigest(tokenPepper, presented) : null,
    });
    const token = await tokens.find(id, filter, transaction);
    if (!token || token.revokedAt !== null) throw new Fault('not-found');
    if (!until) throw refused(id, 'the secret was rotated before; only the latest one rotates the token');
    await audit.commit(transaction, {
      target: { type: 'access-token', id },
      metadata: { name: token.name, overlap_seconds: overlapSeconds },
      changes: { before: { last_four: before.lastFour }, after: { last_four: token.lastFour } },
    });
    const result = { token, secret, until };
    return { result, invalidates: [{ kind: 'credential', id }], narrows: true };
  });
}

/**
 * A new secret is all that the token may do, so nobody gets one for what they did not mint: a session its account's
 * tokens, a PAT itself and those below it. Another PAT of the same account may be wider.
 */
function assertMayRotate({ type, id, accountId }: Principal, token: AccessToken): void {
  if (token.accountId !== accountId) throw refused(token.id, 'only its creator may rotate it');
  if (type === 'pat' && token.id !== id && !token.ancestorIds.includes(id))
    throw refused(token.id, 'a token rotates only itself and those minted with it');
}

function refused(id: string, why: string): Fault {
  const action = 'workspace.api-key.rotate';
  return new Fault('policy-denied', {
    message: 'This credential may not rotate the token',
    details: [{ field: 'policy', reason: `${action} of ${id} is needed; denied by ownership: ${why}` }],
    headers: { 'X-Required-Action': action },
  });
}
