import { errorOf, mintKey, type ClaimContext } from './claim-context.ts';
import type { Claim } from './claim-list.ts';

const rolesOf = async ({ call, otherApp }: ClaimContext, query = '') =>
  (await call(`GET /v1/apps/${otherApp}/roles${query}`)).body;

/** "Pagination", "Rate Limiting". */
export const pagingClaims: readonly Claim[] = [
  {
    claim: 'limit: default 20; offset: default 0',
    expected: '20 from 0',
    ask: async (context) => {
      const { pagination } = await rolesOf(context);
      return `${String(pagination.limit)} from ${String(pagination.offset)}`;
    },
  },
  {
    claim: 'limit: max 100',
    expected: '100; 400 VALIDATION_ERROR for 101',
    ask: async (context) => {
      const { pagination } = await rolesOf(context, '?limit=100');
      const over = await context.call(`GET /v1/apps/${context.otherApp}/roles?limit=101`);
      return `${String(pagination.limit)}; ${errorOf(over)} for 101`;
    },
  },
  {
    claim: 'offset: number of items to skip',
    expected: 'the second of two',
    ask: async (context) => {
      const all = await rolesOf(context);
      const skipped = await rolesOf(context, '?offset=1&limit=1');
      const same =
        all.data.length === 2 && skipped.data.length === 1 && skipped.data[0]?.id === all.data[1]?.id;
      return same ? 'the second of two' : `${JSON.stringify(all)} and ${JSON.stringify(skipped)}`;
    },
  },
  {
    claim: 'All list responses include a pagination object',
    expected: 'total, limit, offset, has_more in all 6',
    ask: async ({ call, otherApp }) => {
      const lists = [
        '',
        ...['users', 'roles', 'credentials', 'invites', 'audit-logs'].map((name) => `/${otherApp}/${name}`),
      ];
      const printed = ['total', 'limit', 'offset', 'has_more'];
      let complete = 0;
      for (const list of lists) {
        const { pagination } = (await call(`GET /v1/apps${list}?limit=1`)).body;
        // The log's has more besides.
        if (printed.every((name) => Object.hasOwn(pagination, name))) complete++;
      }
      return `${printed.join(', ')} in ${complete === lists.length ? 'all ' : ''}${String(complete)}`;
    },
  },
  {
    claim: 'filterable',
    expected: '1 of role.created, 0 by nobody, 0 before 2000',
    ask: async ({ call, otherApp }) => {
      const total = async (query: string) =>
        String((await call(`GET /v1/apps/${otherApp}/audit-logs?${query}`)).body.pagination.total);
      const created = await total('action=role.created');
      const nobody = await total('actor_id=nobody');
      return `${created} of role.created, ${nobody} by nobody, ${await total('to=2000-01-01T00:00:00Z')} before 2000`;
    },
  },
  {
    claim: 'Rate limit headers are included in every response',
    expected: 'none without',
    ask: async ({ client }) => {
      const names = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'];
      const without = client.answers.filter(({ headers }) => !names.every((name) => headers.has(name)));
      if (without.length === 0) return 'none without';
      return without.map(({ method, target, status }) => `${method} ${target} ${String(status)}`).join(', ');
    },
  },
  {
    claim: 'Admin endpoints: 100 requests per minute, per Admin API key',
    expected: '100 answered, the next 429 RATE_LIMITED with Retry-After; another key goes on',
    ask: async ({ call, reader, workspaceId }) => {
      const key = await mintKey(reader, workspaceId, [
        { effect: 'allow', actions: ['heimdall.app.list'], resources: ['*'] },
      ]);
      let answered = 0;
      let last = await call('GET /v1/apps?limit=1', { key, limited: true });
      while (last.status === 200 && answered < 150) {
        answered += 1;
        last = await call('GET /v1/apps?limit=1', { key, limited: true });
      }
      const wait = Number(last.headers.get('retry-after'));
      const told = wait >= 1 && wait <= 60 ? 'with Retry-After' : 'without Retry-After';
      const other = await call('GET /v1/apps?limit=1');
      return `${String(answered)} answered, the next ${errorOf(last)} ${told}; another key ${other.status === 200 ? 'goes on' : 'does not'}`;
    },
  },
];
