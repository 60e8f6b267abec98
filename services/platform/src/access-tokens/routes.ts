import type { platformOperations as operations, SuccessOf } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import type { Conditions } from '@pcft/policy';
import { warningsOf } from '../policies/policy-warnings.ts';
import type { AccessToken } from './access-token.ts';
import { createAccessToken, type CreateAccessTokenPorts } from './create-access-token.ts';
import { revokeAccessToken } from './revoke-access-token.ts';
import { rotateAccessToken } from './rotate-access-token.ts';
import { rotationDue } from './rotation-due.ts';
import { updateAccessToken } from './update-access-token.ts';
import { visibleTokens, type Viewer } from './visible-tokens.ts';

type AccessTokenOperations = Pick<
  typeof operations,
  | 'createAccessToken'
  | 'listAccessTokens'
  | 'getAccessToken'
  | 'updateAccessToken'
  | 'revokeAccessToken'
  | 'rotateAccessToken'
>;

type Body = SuccessOf<AccessTokenOperations['getAccessToken']>;

export function accessTokenHandlers(ports: CreateAccessTokenPorts): Handlers<AccessTokenOperations> {
  const { tokens } = ports;
  return {
    async createAccessToken(call) {
      const { name, policy, kind, scopes, resources, access, conditions } = call.body;
      const { policy_ids: policyIds, expires_in: ttlSeconds = null } = call.body;
      const requested = { policy, policyIds, kind, scopes, resources, access };
      const input = { name, ...requested, ttlSeconds, conditions: conditions as Conditions };
      const { token, secret } = await createAccessToken(ports, viewerOf(call), input, call.audit);
      return { ...toWire(token), secret, warnings: warningsOf(token.statements) };
    },

    async listAccessTokens(call) {
      const { limit = 20, offset = 0 } = call.query;
      const { items, total } = await tokens.list(visibleTokens(viewerOf(call)), { limit, offset });
      return { items: items.map(toWire), total };
    },

    async getAccessToken(call) {
      const token = await tokens.find(call.params.id, visibleTokens(viewerOf(call)));
      if (!token || token.revokedAt !== null) throw new Fault('not-found');
      return toWire(token);
    },

    async updateAccessToken(call) {
      const { name = null, status = null } = call.body;
      return toWire(
        await updateAccessToken(ports, viewerOf(call), call.params.id, { name, status }, call.audit),
      );
    },

    async revokeAccessToken(call) {
      await revokeAccessToken(ports, viewerOf(call), call.params.id, call.audit);
    },

    async rotateAccessToken(call) {
      const { overlap_seconds: overlapSeconds = 0 } = call.body;
      const presented = call.credential?.token ?? '';
      const rotation = { id: call.params.id, overlapSeconds, presented };
      const { token, secret, until } = await rotateAccessToken(ports, viewerOf(call), rotation, call.audit);
      return { ...toWire(token), secret, previous_secret_expires_at: until.toISOString() };
    },
  };
}

/** Who was let in, and where; the pipeline calls no handler without the two. */
function viewerOf({ principal, access }: Pick<Call, 'principal' | 'access'>): Viewer {
  if (principal === null || access === null) throw new Fault('not-found');
  return { principal, access };
}

function toWire(token: AccessToken): Body {
  return {
    id: token.id,
    name: token.name,
    status: token.status,
    kind: token.kind as Body['kind'], // a check of the table
    scopes: token.scopes && [...token.scopes],
    policy: [...token.statements],
    policy_ids: [...token.policyIds],
    conditions: token.conditions,
    parent_id: token.ancestorIds.at(-1) ?? null,
    workspace_id: token.workspaceId,
    account_id: token.accountId,
    token_prefix: token.tokenPrefix,
    last_four: token.lastFour,
    created_at: token.createdAt.toISOString(),
    updated_at: token.updatedAt.toISOString(),
    expires_at: token.expiresAt?.toISOString() ?? null,
    last_used_at: token.lastUsedAt?.toISOString() ?? null,
    last_used_ip: token.lastUsedIp,
    last_used_service: token.lastUsedService,
    rotated_at: token.rotatedAt?.toISOString() ?? null,
    rotation_due: rotationDue(token),
  };
}
