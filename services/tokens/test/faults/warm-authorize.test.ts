import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';
import { createMachine, putMachine, putUser, secretRecord } from '../http/machines.ts';

let suite: Suite;
let world: World;
let second: { name: string; url: string };

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
  second = await suite.control.startInstance('tokens');
}, 60_000);
afterAll(async () => {
  await suite.control.stop(second.name);
  await suite.close();
});

const ask = (of: World, more: object = {}, token = of.accessToken, permission = 'projects:read') =>
  suite.call('authorize', { auth: of.appKey.secret, body: { token, permission }, ...more });
const onSecond = () => ({ on: second.url as `http${string}` });

describe('a warm authorize with an app API key', () => {
  it('makes no query: every table it would read is locked away, and it answers', async () => {
    expect((await ask(world)).body.allowed).toBe(true);
    const locked = await suite.database('tokens', 'owner').connect();
    try {
      await locked.query('BEGIN');
      await locked.query(
        `LOCK TABLE directory_app, directory_user, directory_role, directory_app_key, directory_credential,
                    user_session, refresh_token, signing_key, outbox_event, authorize_count, revoked_access_token
         IN ACCESS EXCLUSIVE MODE`,
      );
      const answers = await Promise.all(Array.from({ length: 50 }, () => ask(world)));
      expect(answers.map(({ body }) => body.allowed)).toEqual(Array.from({ length: 50 }, () => true));
      // What is not warm has to wait for the tables: the lock is real.
      expect((await ask(world, { auth: world.owner.pat })).status).toBe(503);
    } finally {
      await locked.query('ROLLBACK');
      locked.release();
    }
  });

  it('is 503 within a second of losing the database, never a stale yes', async () => {
    expect((await ask(world)).body.allowed).toBe(true);
    await suite.control.whilePaused('postgres', async () => {
      const deadline = Date.now() + 1500;
      let last = await ask(world);
      while (last.status === 200 && Date.now() < deadline) last = await ask(world);
      expect(last.status).toBe(503);
    });
  }, 30_000);
});

describe('a narrowing change, when its call has returned', () => {
  it('is in force in every process, each time', async () => {
    const machine = await createMachine(suite, world);
    const { body } = await suite.call('issueToken', {
      params: { app: world.app.id },
      body: {
        grant_type: 'client_credentials',
        client_id: machine.clientId,
        client_secret: machine.secret,
      },
    });
    const secrets = [secretRecord(suite, machine.secret)];
    const both = (permission: string) =>
      Promise.all(
        [{}, onSecond()].map(
          async (on) => (await ask(world, on, body.access_token as string, permission)).body.reason,
        ),
      );
    for (let round = 0; round < 20; round++) {
      expect(await both('billing:write')).toEqual(['allowed', 'allowed']);
      await putMachine(suite, world, machine, 2 * round + 2, { permissions: ['billing:read'], secrets });
      expect(await both('billing:write')).toEqual(['missing_permission', 'missing_permission']);
      await putMachine(suite, world, machine, 2 * round + 3, { secrets });
    }
  }, 60_000);

  it('also while one process is frozen and woken, and while NATS is away', async () => {
    for (const away of [second.name, 'nats']) {
      const each = await createWorld(suite);
      expect((await ask(each)).body.allowed).toBe(true);
      expect((await ask(each, onSecond())).body.allowed).toBe(true);
      await suite.control.whilePaused(away, () => putUser(suite, each, 100, { role_ids: [] }));
      const reasons = [await ask(each), await ask(each, onSecond())].map((answer) => answer.body.reason);
      expect(reasons).toEqual(['missing_permission', 'missing_permission']);
    }
  }, 60_000);
});
