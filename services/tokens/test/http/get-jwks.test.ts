import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const get = (query: Record<string, string> = {}, more: object = {}) =>
  suite.call('getJwks', { query, ...more });
const kidsOf = (body: { keys: { kid: string }[] }) => body.keys.map(({ kid }) => kid);
const kidOfToken = () => {
  const [header = ''] = world.accessToken.split('.');
  return (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid;
};

describe('200', () => {
  it('has the key of every token that is out', async () => {
    const { status, body, headers } = await get();
    expect([status, kidsOf(body)]).toEqual([200, expect.arrayContaining([kidOfToken()])]);
    expect(headers['cache-control']).toMatch(/^public/);
    expect(JSON.stringify(body)).not.toMatch(/"(d|p|q|dp|dq|qi)"/);
  });

  it.each(['id', 'name'] as const)('of one app, by %s', async (by) => {
    expect(kidsOf((await get({ app: world.app[by] })).body)).toEqual([kidOfToken()]);
  });

  it.each([{ alias: true }, { on: 'gateway' }])('also with %j', async (more) => {
    expect((await get({ app: world.app.id }, more)).status).toBe(200);
  });
});

describe('304', () => {
  it('to whom has these keys already', async () => {
    const query = { app: world.app.id };
    const tag = String((await get(query)).headers['etag']);
    expect((await get(query, { headers: { 'if-none-match': tag } })).status).toBe(304);
  });
});

describe('404 when there is no such app', () => {
  it('as everywhere', async () => {
    expect((await get({ app: 'no-such-app' })).status).toBe(404);
  });
});

describe('400', () => {
  it('asks for the app beyond 1,000 of them', async () => {
    const marker = 'jwks-test-filler';
    const owner = suite.database('tokens', 'owner');
    const ids = Array.from({ length: 1001 }, () => createId('app_'));
    try {
      await owner.query(
        `INSERT INTO directory_app (id, workspace_id, name, status, version, deleted)
         SELECT id, 'ws_filler', $2, 'active', 1, false FROM unnest($1::text[]) AS id`,
        [ids, marker],
      );
      const { status, body } = await get();
      expect([status, body.error.details]).toEqual([400, [{ field: 'app', reason: 'required' }]]);
      expect((await get({ app: world.app.id })).status).toBe(200);
    } finally {
      await owner.query('DELETE FROM directory_app WHERE name = $1', [marker]);
    }
  });

  it.each([{ app: 'a b' }, { app: '' }, { apps: 'x' }])('with %j', async (query) => {
    expect((await get(query as Record<string, string>)).status).toBe(400);
  });
});
