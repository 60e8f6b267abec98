import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;
let other: World;

beforeAll(async () => {
  suite = await connectSuite();
  [world, other] = [await createWorld(suite), await createWorld(suite)];
});
afterAll(() => suite.close());

const ask = (body: object, auth = world.appKey.secret) => suite.call('authorizeBatch', { auth, body });

describe('200', () => {
  it('answers each check as authorize does, in their order', async () => {
    const checks = [
      { permission: 'projects:read' },
      { permissions: ['projects:read', 'projects:write'] },
      { token: 'x', permission: 'projects:read' },
      { token: other.accessToken, permission: 'projects:read' },
    ];
    for (const auth of [world.appKey.secret, world.owner.pat]) {
      const { body } = await ask({ token: world.accessToken, checks }, auth);
      expect(body.allowed).toBe(false);
      const single = await Promise.all(
        checks.map((check) =>
          suite
            .call('authorize', { auth, body: { token: world.accessToken, ...check } })
            .then((answer) => answer.body),
        ),
      );
      expect(body.results).toEqual(single);
    }
  });

  it('says when all are allowed, for as many as may be asked', async () => {
    const checks = Array.from({ length: 100 }, () => ({ permission: 'projects:read' }));
    const { body } = await ask({ token: world.accessToken, app: world.app.name, checks });
    expect([body.allowed, body.results.length]).toEqual([true, 100]);
  });
});

describe('400', () => {
  it.each([
    ['checks', { checks: [] }],
    ['checks', { checks: Array.from({ length: 101 }, () => ({ permission: 'a:b' })) }],
    ['checks[0].token', { checks: [{ permission: 'a:b' }] }],
    ['checks[1].permission', { token: 'x', checks: [{ permission: 'a:b' }, {}] }],
    ['checks[0].permissions', { token: 'x', checks: [{ permission: 'a:b', permissions: ['a:b'] }] }],
  ])('names the field %s of %#', async (field, body) => {
    const answer = await ask(body);
    expect([answer.status, answer.body.error.details[0].field]).toEqual([400, field]);
  });
});

describe('404', () => {
  it('to a key that names another app', async () => {
    const answer = await ask({
      token: world.accessToken,
      app: other.app.id,
      checks: [{ permission: 'a:b' }],
    });
    expect(answer.status).toBe(404);
  });
});
