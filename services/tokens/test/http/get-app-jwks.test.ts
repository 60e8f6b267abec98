import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  connectSuite,
  createWorld,
  expectStatus,
  readFault,
  uniqueName,
  type Suite,
  type World,
} from '@pcft/testing';
import { calculateJwkThumbprint, type JWK } from 'jose';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const get = (app: string, more: object = {}) => suite.call('getAppJwks', { params: { app }, ...more });

describe('200', () => {
  it('publishes public members only, under their thumbprint', async () => {
    const { status, body } = await get(world.app.id);
    expect(status).toBe(200);
    expect(body.keys).toEqual([
      { kty: 'RSA', use: 'sig', alg: 'RS256', kid: expect.any(String), n: expect.any(String), e: 'AQAB' },
    ]);
    const [key] = body.keys as JWK[];
    expect(await calculateJwkThumbprint(key as JWK)).toBe(key?.kid);
    expect(Buffer.from(key?.n ?? '', 'base64url')).toHaveLength(256);
  });

  it('may be kept for a while, and has an entity tag', async () => {
    const [first, second] = [await get(world.app.id), await get(world.app.name)];
    expect(first.headers['cache-control']).toMatch(/^public, max-age=\d+$/);
    expect(first.headers['etag']).toMatch(/^"[\w-]+"$/);
    expect(second.headers['etag']).toBe(first.headers['etag']);
  });

  it.each([{ alias: true }, { on: 'gateway' }])('also with %j', async (more) => {
    expect((await get(world.app.id, more)).body.keys).toHaveLength(1);
  });

  it('of every app its own key, and one key although 20 ask for it first at once', async () => {
    const input = { auth: world.owner.pat, body: { name: uniqueName('fresh'), display_name: 'Fresh' } };
    const { body: app } = await expectStatus(suite.call('createApp', input), 201);
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(app.id as string)));
    const kids = new Set(answers.flatMap(({ body }) => (body.keys as JWK[]).map(({ kid }) => kid)));
    expect(kids.size).toBe(1);
    expect(kids).not.toContain((await get(world.app.id)).body.keys[0].kid);
  });
});

describe('304', () => {
  it('to whom has these keys already, under a strong or a weak tag', async () => {
    const tag = String((await get(world.app.id)).headers['etag']);
    for (const held of [tag, `W/${tag}`, `"other", ${tag}`]) {
      const answer = await get(world.app.id, { headers: { 'if-none-match': held } });
      expect([held, answer.status, answer.text]).toEqual([held, 304, '']);
    }
    expect((await get(world.app.id, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });
});

describe('404', () => {
  it.each(['no-such-app', 'app_01HQ3KXFG60000000000000000'])('%s', async (app) => {
    expect((await get(app)).status).toBe(404);
  });
});

describe('400', () => {
  it.each(['no-tag', `"${'a'.repeat(600)}"`])('for an If-None-Match that is none', async (tag) => {
    const answer = await get(world.app.id, { headers: { 'if-none-match': tag } });
    expect(readFault(answer.dialect, answer.body).details).toMatchObject([{ field: 'if-none-match' }]);
    expect(answer.status).toBe(400);
  });

  it('for what is no reference', async () => {
    expect((await get('a b')).status).toBe(400);
  });
});
