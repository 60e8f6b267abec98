import { errorOf, mintKey } from './claim-context.ts';
import type { Claim } from './claim-list.ts';

/** "All errors follow a consistent shape", "HTTP status codes follow standard conventions". */
export const errorClaims: readonly Claim[] = [
  {
    claim: 'All paths are relative to the base URL',
    expected: '200 below /heimdall, and 200 without it',
    ask: async ({ call, reader }) => {
      const below = await call('GET /v1/apps?limit=1');
      const headers = { Authorization: `Bearer ${reader.adminKey}` };
      const without = await fetch(`${new URL(reader.baseUrl).origin}/v1/apps?limit=1`, { headers });
      return `${String(below.status)} below /heimdall, and ${String(without.status)} without it`;
    },
  },
  {
    claim: 'Authorization: Bearer YOUR_ADMIN_KEY for admin operations',
    expected: '401 UNAUTHORIZED without one',
    ask: async ({ call }) => `${errorOf(await call('GET /v1/apps', { key: null }))} without one`,
  },
  {
    claim: '401 for invalid credentials',
    expected: '401 UNAUTHORIZED',
    ask: async ({ call }) => errorOf(await call('GET /v1/apps', { key: 'YOUR_ADMIN_KEY' })),
  },
  {
    claim: 'Content-Type: application/json for all request bodies',
    expected: '415 UNSUPPORTED_MEDIA_TYPE for another',
    ask: async ({ call, otherApp }) => {
      const options = { body: { name: 'x' }, contentType: 'text/plain' };
      return `${errorOf(await call(`POST /v1/apps/${otherApp}/roles`, options))} for another`;
    },
  },
  {
    claim: '400 for validation errors',
    expected: '400 VALIDATION_ERROR',
    ask: async ({ call, otherApp }) =>
      errorOf(await call(`POST /v1/apps/${otherApp}/roles`, { body: { name: 'x', permissions: 'all' } })),
  },
  {
    claim: '403 for insufficient permissions',
    expected: '403 FORBIDDEN',
    ask: async ({ call, reader, workspaceId }) => {
      const policy = [{ effect: 'allow', actions: ['workspace.read'], resources: ['*'] }];
      const key = await mintKey(reader, workspaceId, policy);
      return errorOf(
        await call('POST /v1/apps', { key, body: { name: 'refused', display_name: 'Refused' } }),
      );
    },
  },
  {
    claim: '404 for not found',
    expected: '404 NOT_FOUND',
    ask: async ({ call, otherApp }) => errorOf(await call(`GET /v1/apps/${otherApp}/roles/nobodys`)),
  },
  {
    claim: '409 for conflicts',
    expected: '409 CONFLICT',
    ask: async ({ call, otherApp }) =>
      errorOf(await call('POST /v1/apps', { body: { name: otherApp, display_name: 'Again' } })),
  },
];
