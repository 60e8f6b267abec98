import type { Principal, WorkspaceAccess } from '@pcft/auth';
import { createId, createToken, lastFour, TOKEN_PREFIXES, tokenDigest } from '@pcft/credentials';
import { Fault, invalid } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { Transaction } from '../database.ts';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { PlanLimits } from '../plans/plan-limits.ts';
import type { PrismaSettingsStore } from '../workspace-settings/prisma-settings-store.ts';
import { logOf, type AccessToken } from './access-token.ts';
import type { PrismaAccessTokenStore } from './prisma-access-token-store.ts';
import { assertLifetime, assertMayMint } from './minting-rules.ts';
import { assertReadable, tokenPolicy, type RequestedPolicy } from './token-policy.ts';

export interface CreateAccessTokenPorts {
  readonly tokens: PrismaAccessTokenStore;
  readonly changes: ChangeCommitter;
  readonly tokenPepper: Buffer;
  readonly planLimits: PlanLimits;
  readonly settings: PrismaSettingsStore;
}

export interface CreateAccessTokenInput extends RequestedPolicy {
  readonly name: string;
  readonly ttlSeconds: number | null;
  /** The spelling of its prefix; that of the workspace's mode if left out. */
  readonly tokenKind?: 'pat-quickstart';
}

/** Who mints; `access`: the workspace it is pinned to, or `null` for every one of the account. */
export interface Minter {
  readonly principal: Principal;
  readonly access: Pick<WorkspaceAccess, 'id'> | null;
}

/** Children of children of … this many times. */
const maxAncestors = 8;

/**
 * Mints a PAT, pinned to a workspace or account-wide. What the creator may grant is read again in the transaction, and held: a
 * demotion or a revoke that commits first is seen, one that commits later finds the token. An account is its own owner:
 * what a role of it may not do is cut from an account-wide PAT in each workspace, at every decision.
 *
 * @throws Fault `validation`, `policy-too-wide`, `not-found` (no member), `api-key-invalid`, `role-denied` and
 * `plan-limit-reached` where the workspace says so
 */
export async function createAccessToken(
  { tokens, changes, tokenPepper, planLimits, settings }: CreateAccessTokenPorts,
  caller: Minter,
  input: CreateAccessTokenInput,
  audit: CallAudit,
): Promise<{ readonly token: AccessToken; readonly secret: string }> {
  assertReadable(input);
  const { principal, access } = caller;
  const accountId = principal.accountId ?? '';
  const workspaceId = access?.id ?? null;
  const id = createId('pat_');
  return changes.commit(async (transaction) => {
    // The workspace's row first, as everybody who changes something in it does.
    const rules = workspaceId === null ? null : await settings.lock(transaction, workspaceId);
    if (workspaceId === null) await planLimits.assertRoomForAccount(transaction, accountId);
    else await planLimits.assertRoom(transaction, workspaceId, 'access_tokens');
    const role = workspaceId === null ? 'owner' : await tokens.lockRole(transaction, accountId, workspaceId);
    if (role === null) throw new Fault('not-found');
    const parent = principal.type === 'pat' ? await lockParent(tokens, transaction, principal.id) : null;
    if (rules) {
      assertMayMint(rules, role);
      const field = input.tokenKind === 'pat-quickstart' ? 'expiresIn' : 'expires_in';
      assertLifetime(rules, { field, ttlSeconds: input.ttlSeconds, isChild: parent !== null });
    }
    const tokenKind = input.tokenKind ?? (rules?.mode === 'test' ? 'pat-test' : 'pat');
    const secret = createToken(tokenKind);
    await tokens.insert(transaction, {
      id,
      accountId,
      workspaceId,
      ancestorIds: parent ? [...parent.ancestorIds, parent.id] : [],
      name: input.name,
      digest: tokenDigest(tokenPepper, secret),
      tokenPrefix: TOKEN_PREFIXES[tokenKind],
      lastFour: lastFour(secret),
      kind: input.kind ?? null,
      scopes: input.scopes ?? null,
      ...tokenPolicy(input, { role, parent }),
      ttlSeconds: input.ttlSeconds,
    });
    const token = await tokens.find(id, { workspaceId, accountId }, transaction);
    if (!token) throw new Error('the token was not inserted');
    await audit.commit(transaction, {
      ...logOf({ workspaceId }),
      target: { type: 'access-token', id },
      metadata: { name: input.name },
      changes: { before: null, after: { policy: token.statements, conditions: token.conditions } },
    });
    return { result: { token, secret }, invalidates: [{ kind: 'credential', id }], narrows: false };
  });
}

/** A PAT mints only while it and all it was minted with are good. */
async function lockParent(tokens: PrismaAccessTokenStore, transaction: Transaction, id: string) {
  const self = await tokens.lockFamily(transaction, id);
  if (!self) throw new Fault('api-key-invalid');
  if (self.ancestorIds.length >= maxAncestors)
    throw invalid('policy', `a token has at most ${maxAncestors} ancestors`);
  return self;
}
