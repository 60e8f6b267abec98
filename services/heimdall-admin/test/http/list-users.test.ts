import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, expectStatus, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const list = (query = {}) =>
  suite.call('listUsers', { auth: world.owner.pat, params: { app: world.app.id }, query });

describe('200', () => {
  it('shows every user with roles, and nothing of a password', async () => {
    const { body, text } = await list();
    // The world has a second user, who is in no tenant and has no role.
    expect(body.data).toEqual([
      expect.objectContaining({ id: world.user.id, email: world.user.email, roles: [world.role.name] }),
      expect.objectContaining({ roles: [] }),
    ]);
    expect(text).not.toMatch(/password|\$2b\$/);
  });

  it('in pages, oldest first', async () => {
    const email = `${uniqueName('third')}@acme.co`;
    await expectStatus(
      suite.call('createUser', { auth: world.owner.pat, params: { app: world.app.id }, body: { email } }),
      201,
    );
    const last = (await list({ limit: 1, offset: 2 })).body;
    expect(last.data.map((user: { email: string }) => user.email)).toEqual([email]);
    expect(last.pagination).toEqual({ total: 3, limit: 1, offset: 2, has_more: false });
  });
});

describe('400', () => {
  it('with an unknown parameter', async () => {
    expect((await list({ unknown: 'active' })).status).toBe(400);
  });
});
