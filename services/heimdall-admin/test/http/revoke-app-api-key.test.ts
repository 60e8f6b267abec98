import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, expectStatus, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const mint = async () => {
  const input = { auth: world.owner.pat, params: { app: world.app.id }, body: { name: 'to be revoked' } };
  const { body } = await expectStatus(suite.call('createAppApiKey', input), 201);
  return body as { id: string; secret: string };
};
const revoke = (id: string, app = world.app.id) =>
  suite.call('revokeAppApiKey', { auth: world.owner.pat, params: { app, id } });
const authorizeWith = (secret: string) =>
  suite.call('authorize', { auth: secret, body: { token: world.accessToken, permission: 'projects:read' } });

describe('204', () => {
  it('and no call sent after it is accepted', async () => {
    for (let i = 0; i < 10; i++) {
      const { id, secret } = await mint();
      expect((await authorizeWith(secret)).status).toBe(200);
      expect((await revoke(id)).status).toBe(204);
      const statuses = await Promise.all(
        Array.from({ length: 5 }, async () => (await authorizeWith(secret)).status),
      );
      expect(statuses).toEqual([401, 401, 401, 401, 401]);
    }
  });

  it('again and again', async () => {
    const { id } = await mint();
    expect([(await revoke(id)).status, (await revoke(id)).status]).toEqual([204, 204]);
  });

  it('to all of 20 who revoke at once, of whom one made the change', async () => {
    const { id } = await mint();
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await revoke(id)).status));
    expect(statuses).toEqual(Array<number>(20).fill(204));
    const { rows } = await suite
      .database('heimdall_admin')
      .query('SELECT version FROM app_key WHERE id = $1', [id]);
    expect(rows).toEqual([{ version: 2 }]);
  });
});

describe('404 when the app has no such key', () => {
  it('also if another app has it', async () => {
    const { id, secret } = await mint();
    const other = await createWorld(suite);
    const through = { auth: other.owner.pat, params: { app: other.app.id, id } };
    expect((await suite.call('revokeAppApiKey', through)).status).toBe(404);
    expect((await authorizeWith(secret)).status).toBe(200);
  });

  it('or nobody', async () => {
    expect((await revoke('key_01HQ3KXFG60000000000000000')).status).toBe(404);
  });
});

describe('400', () => {
  it('when the id is not one of a key', async () => {
    expect((await revoke('staging-service')).status).toBe(400);
  });
});
