import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, expectStatus, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const call = (operationId: string, more: object = {}) =>
  suite.call(operationId, { auth: world.owner.pat, params: { app: world.app.id }, ...more });

describe('200', () => {
  it('shows keys without their secrets', async () => {
    const { body } = await call('listAppApiKeys');
    expect(body.data).toEqual([
      {
        id: world.appKey.id,
        app_id: world.app.id,
        name: 'service',
        prefix: 'hk_live_',
        permissions: ['*:*'],
        last_used_at: null,
        last_four: world.appKey.secret.slice(-4),
        created_at: expect.any(String),
        expires_at: null,
      },
    ]);
  });

  it('leaves out what was revoked', async () => {
    const { body: key } = await expectStatus(call('createAppApiKey', { body: { name: 'second' } }), 201);
    expect((await call('listAppApiKeys')).body.pagination.total).toBe(2);
    await call('revokeAppApiKey', { params: { app: world.app.id, id: key.id as string } });
    expect((await call('listAppApiKeys')).body.pagination.total).toBe(1);
  });
});

describe('400', () => {
  it('with an absurd page', async () => {
    expect((await call('listAppApiKeys', { query: { limit: 1e9 } })).status).toBe(400);
  });
});
