import type { Principal, WorkspaceAccess } from '@pcft/auth';
import { createId, createToken, lastFour, TOKEN_PREFIXES, tokenDigest } from '@pcft/credentials';
import { Fault, invalid } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { Transaction } from '../database.ts';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { AccessToken } from './access-token.ts';
import type { PrismaAccessTokenStore } from './prisma-access-token-store.ts';
import { assertReadable, tokenPolicy, type RequestedPolicy } from './token-policy.ts';

export interface CreateAccessTokenPorts {
  readonly tokens: PrismaAccessTokenStore;
  readonly changes: ChangeCommitter;
  readonly tokenPepper: Buffer;
}

export interface CreateAccessTokenInput extends RequestedPolicy {
  readonly name: string;
  readonly ttlSeconds: number | null;
}

/** Children of children of … this many times. */
const maxAncestors = 8;

/**
 * Mints a PAT pinned to the workspace. What the creator may grant is read again in the transaction, and held: a
 * demotion or a revoke that commits first is seen, one that commits later finds the token.
 *
 * @throws Fault `validation`, `policy-too-wide`, `not-found`, `api-key-invalid`
 */
export async function createAccessToken(
  { tokens, changes, tokenPepper }: CreateAccessTokenPorts,
  caller: { readonly principal: Principal; readonly access: Pick<WorkspaceAccess, 'id'> },
  input: CreateAccessTokenInput,
  audit: CallAudit,
): Promise<{ readonly token: AccessToken; readonly secret: string }> {
  assertReadable(input);
  const { principal, access } = caller;
  const accountId = principal.accountId ?? '';
  const workspaceId = access.id;
  const id = createId('pat_');
  const secret = createToken('pat');
  const token = await changes.commit(async (transaction) => {
    const role = await tokens.lockRole(transaction, accountId, workspaceId);
    if (role === null) throw new Fault('not-found');
    const parent = principal.type === 'pat' ? await lockParent(tokens, transaction, principal.id) : null;
    await tokens.insert(transaction, {
      id,
      accountId,
      workspaceId,
      ancestorIds: parent ? [...parent.ancestorIds, parent.id] : [],
      name: input.name,
      digest: tokenDigest(tokenPepper, secret),
      tokenPrefix: TOKEN_PREFIXES.pat,
      lastFour: lastFour(secret),
      kind: input.kind ?? null,
      scopes: input.scopes ?? null,
      ...tokenPolicy(input, { role, parent }),
      ttlSeconds: input.ttlSeconds,
    });
    const result = await tokens.find(id, { workspaceId, accountId }, transaction);
    if (!result) throw new Error('the token was not inserted');
    await audit.commit(transaction, {
      target: { type: 'access-token', id },
      metadata: { name: input.name },
      changes: { before: null, after: { policy: result.statements, conditions: result.conditions } },
    });
    return { result, invalidates: [{ kind: 'credential', id }], narrows: false };
  });
  return { token, secret };
}

/** A PAT mints only while it and all it was minted with are good. */
async function lockParent(tokens: PrismaAccessTokenStore, transaction: Transaction, id: string) {
  const self = await tokens.lockFamily(transaction, id);
  if (!self) throw new Fault('api-key-invalid');
  if (self.ancestorIds.length >= maxAncestors)
    throw invalid('policy', `a token has at most ${maxAncestors} ancestors`);
  return self;
}
