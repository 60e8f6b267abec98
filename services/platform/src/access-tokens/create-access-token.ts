import type { Principal, WorkspaceAccess } from '@pcft/auth';
import { createId, createToken, lastFour, TOKEN_PREFIXES, tokenDigest } from '@pcft/credentials';
import { Fault, invalid } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { Transaction } from '../database.ts';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { PlanLimits } from '../plans/plan-limits.ts';
import type { PrismaSettingsStore } from '../workspace-settings/prisma-settings-store.ts';
import { lockAttached } from '../policies/grant-bounds.ts';
import type { RoleCap } from '../policies/role-cap.ts';
import type { PrismaPolicyStore } from '../policies/prisma-policy-store.ts';
import { logOf, type AccessToken } from './access-token.ts';
import type { PrismaAccessTokenStore } from './prisma-access-token-store.ts';
import { assertLifetime, assertMayMint } from './minting-rules.ts';
import { assertReadable, tokenPolicy, type RequestedPolicy } from './token-policy.ts';

export interface CreateAccessTokenPorts {
  readonly tokens: PrismaAccessTokenStore;
  readonly policies: PrismaPolicyStore;
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

/** An account is its own owner. */
const wholeAccount: RoleCap = { base: 'owner', statements: null };

/** Children of children of … this many times. */
const maxAncestors = 8;

/**
 * Mints a PAT, pinned to a workspace or account-wide. What the creator may grant is read again in the transaction, and held: a
 * demotion or a revoke that commits first is seen, one that commits later finds the token. An account is its own owner:
 * what a role of it may not do is cut from an account-wide PAT in each workspace, at every decision.
 *
 * @throws Fault `validation`, `policy-too-wide`, `not-found` (no member, no such policy), `api-key-invalid`, and
 * `role-denied`, `plan-limit-reached`, `plan-feature-missing` where the workspace says so
 */
export async function createAccessToken(
  { tokens, policies, changes, tokenPepper, planLimits, settings }: CreateAccessTokenPorts,
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
    if (workspaceId !== null && input.kind === 'custom')
      await planLimits.assertFeature(transaction, workspaceId, 'custom_keys');
    const cap =
      workspaceId === null ? wholeAccount : await tokens.lockRoleCap(transaction, accountId, workspaceId);
    if (cap === null) throw new Fault('not-found');
    const parent = principal.type === 'pat' ? await lockParent(tokens, transaction, principal.id) : null;
    if (rules) {
      assertMayMint(rules, cap.base);
      const field = input.tokenKind === 'pat-quickstart' ? 'expiresIn' : 'expires_in';
      assertLifetime(rules, { field, ttlSeconds: input.ttlSeconds, isChild: parent !== null });
    }
    const tokenKind = input.tokenKind ?? (rules?.mode === 'test' ? 'pat-test' : 'pat');
    const secret = createToken(tokenKind);
    // Policies belong to a workspace; a token of the whole account names none.
    const policyIds = workspaceId === null ? [] : (input.policyIds ?? []);
    const attached = await lockAttached(policies, transaction, policyIds, workspaceId ?? '');
    const bounds = { role: cap.base, roleStatements: cap.statements, parent, attached };
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
      ...tokenPolicy(input, bounds),
      policyIds,
      ttlSeconds: input.ttlSeconds,
    });
    const token = await tokens.find(id, { workspaceId, accountId }, transaction);
    if (!token) throw new Error('the token was not inserted');
    await audit.commit(transaction, {
      ...logOf({ workspaceId }),
      target: { type: 'access-token', id },
      metadata: { name: input.name },
      changes: {
        before: null,
        after: {
          policy: token.statements,
          ...(policyIds.length > 0 && { policy_ids: policyIds }),
          conditions: token.conditions,
        },
      },
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
