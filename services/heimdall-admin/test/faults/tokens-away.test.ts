import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, expectStatus, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const createApp = (name: string) =>
  suite.call('createApp', { auth: world.owner.pat, body: { name, display_name: 'While tokens is away' } });
const mintKey = async () => {
  const input = { auth: world.owner.pat, params: { app: world.app.id }, body: { name: 'to be revoked' } };
  return (await expectStatus(suite.call('createAppApiKey', input), 201)).body as {
    id: string;
    secret: string;
  };
};
const revoke = (id: string) =>
  suite.call('revokeAppApiKey', { auth: world.owner.pat, params: { app: world.app.id, id } });
const authorizeWith = (secret: string) =>
  suite.call('authorize', { auth: secret, body: { token: world.accessToken, permission: 'projects:read' } });
const pending = async () => {
  const { rows } = await suite
    .database('heimdall_admin')
    .query('SELECT count(*)::int AS n FROM directory_change');
  return (rows[0] as { n: number }).n;
};

/** Waits until the relay has brought over everything, as it does by itself. */
async function untilFollowed(): Promise<void> {
  const deadline = Date.now() + 15_000;
  while ((await pending()) > 0) {
    if (Date.now() > deadline) throw new Error(`${await pending()} records were not brought over`);
    await sleep(100);
  }
}

describe('with tokens stopped', () => {
  it('widening changes answer and follow, narrowing ones say 503 and follow', async () => {
    const key = await mintKey();
    const name = uniqueName('follows');
    const user = { email: `${uniqueName('jane')}@acme.co`, password: 'correct horse battery' };
    await suite.control.stop('tokens');
    try {
      const created = await createApp(name);
      expect(created.status).toBe(201);
      const params = { app: created.body.id as string };
      expect((await suite.call('createUser', { auth: world.owner.pat, params, body: user })).status).toBe(
        201,
      );
      const revoked = await revoke(key.id);
      expect([revoked.status, Number(revoked.headers['retry-after'])]).toEqual([503, 1]);
      // Not confirmed, so it is not said to be, however often it is asked.
      expect((await revoke(key.id)).status).toBe(503);
      for (const { durationMs } of [created, revoked]) expect(durationMs).toBeLessThan(2500);
      expect(await pending()).toBeGreaterThan(0);
    } finally {
      await suite.control.start('tokens');
    }
    await untilFollowed();
    const signedIn = await suite.call('issueToken', {
      params: { app: name },
      body: { grant_type: 'password', ...user },
    });
    expect(signedIn.status).toBe(200);
    expect((await authorizeWith(key.secret)).status).toBe(401);
    expect((await revoke(key.id)).status).toBe(204);
  });
});

describe('with tokens frozen', () => {
  it('no call waits for it longer than two seconds, and all follows when it wakes', async () => {
    const key = await mintKey();
    const name = uniqueName('thaws');
    await suite.control.whilePaused('tokens', async () => {
      const [created, revoked] = await Promise.all([createApp(name), revoke(key.id)]);
      expect([created.status, revoked.status]).toEqual([201, 503]);
      for (const { durationMs } of [created, revoked]) expect(durationMs).toBeLessThan(2500);
    });
    await untilFollowed();
    expect((await suite.call('getAppJwks', { params: { app: name } })).status).toBe(200);
    expect((await authorizeWith(key.secret)).status).toBe(401);
  });
});

describe('with heimdall-admin killed after its commit', () => {
  it('what it could not deliver is delivered when it is back', async () => {
    const name = uniqueName('survives');
    await suite.control.stop('tokens');
    try {
      expect((await createApp(name)).status).toBe(201);
      await suite.control.restart('heimdall-admin');
    } finally {
      await suite.control.start('tokens');
    }
    await untilFollowed();
    expect((await suite.call('getAppJwks', { params: { app: name } })).status).toBe(200);
  });
});
