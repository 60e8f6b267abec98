import type { platformOperations as operations, SuccessOf } from '@pcft/contracts';
import { bareUlid, toId } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import type { AccessToken } from './access-token.ts';
import { createAccessToken, type CreateAccessTokenPorts } from './create-access-token.ts';
import { rotationDue } from './rotation-due.ts';
import { revokeAccessToken } from './revoke-access-token.ts';
import { updateAccessToken } from './update-access-token.ts';
import { visibleTokens, type Viewer } from './visible-tokens.ts';

type ApiKeyOperations = Pick<
  typeof operations,
  'createApiKey' | 'listApiKeys' | 'getApiKey' | 'updateApiKey' | 'deleteApiKey'
>;

/** Seed 002's words for PATs: the same entity and use cases, seen from the account instead of from a workspace. */
export function apiKeyHandlers(ports: CreateAccessTokenPorts): Handlers<ApiKeyOperations> {
  const { tokens } = ports;
  return {
    async createApiKey(call) {
      const { name, scopes, expiresIn: ttlSeconds = null, metadata } = call.body;
      const access = pinOf(metadata?.organizationId);
      const { principal } = viewerOf(call);
      const input = { name, scopes, ttlSeconds, tokenKind: 'pat-quickstart' as const };
      try {
        const { token, secret } = await createAccessToken(ports, { principal, access }, input, call.audit);
        return {
          id: apiKeyId(token),
          name: token.name,
          key: secret,
          scopes: [...(token.scopes ?? [])],
          expiresAt: token.expiresAt?.toISOString() ?? null,
        };
      } catch (error) {
        // No member of what it names: this surface says 403 to foreign and absent organizations.
        if (error instanceof Fault && error.fault === 'not-found') throw new Fault('not-a-member');
        throw error;
      }
    },

    async listApiKeys(call) {
      const { limit = 20, offset = 0 } = call.query;
      const { items, total } = await tokens.list(visibleTokens(viewerOf(call)), { limit, offset });
      return { items: items.map(toWire), total };
    },

    async getApiKey(call) {
      const token = await tokens.find(call.params.id, visibleTokens(viewerOf(call)));
      if (!token || token.revokedAt !== null) throw new Fault('not-found');
      return toWire(token);
    },

    async updateApiKey(call) {
      const { name = null, enabled } = call.body;
      const status = enabled === undefined ? null : enabled ? 'active' : 'disabled';
      return toWire(
        await updateAccessToken(ports, viewerOf(call), call.params.id, { name, status }, call.audit),
      );
    },

    async deleteApiKey(call) {
      await revokeAccessToken(ports, viewerOf(call), call.params.id, call.audit);
      return { id: apiKeyId(call.params) };
    },
  };
}

/** The caller, about the own account; the pipeline calls no handler without one. */
function viewerOf({ principal }: Pick<Call, 'principal'>): Viewer {
  if (principal === null) throw new Fault('credential-missing');
  return { principal, access: null };
}

function pinOf(organizationId: string | undefined): { id: string } | null {
  if (organizationId === undefined) return null;
  const id = toId('ws_', organizationId);
  if (id === null) throw new Fault('not-a-member');
  return { id };
}

/** `pat_…` as this surface spells it. */
function apiKeyId({ id }: { readonly id: string }): string {
  return `ak_${bareUlid(id)}`;
}

function toWire(token: AccessToken): SuccessOf<ApiKeyOperations['getApiKey']> {
  return {
    id: apiKeyId(token),
    name: token.name,
    scopes: token.scopes && [...token.scopes],
    status: token.status,
    enabled: token.status !== 'disabled',
    organizationId: token.workspaceId && bareUlid(token.workspaceId),
    start: token.tokenPrefix,
    lastFour: token.lastFour,
    expiresAt: token.expiresAt?.toISOString() ?? null,
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
    lastUsedIp: token.lastUsedIp,
    rotationDue: rotationDue(token),
    createdAt: token.createdAt.toISOString(),
    updatedAt: token.updatedAt.toISOString(),
  };
}
