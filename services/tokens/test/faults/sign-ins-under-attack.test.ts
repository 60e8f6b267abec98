import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, expectStatus, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
/** Whose customers want to sign in. */
let quiet: World;
/** Whose addresses are tried by the dozen, and where a refusal is as dear as an import can make it. */
let flooded: World;
let instance: { name: string; url: string };

const dearest = `$2b$12$${'a'.repeat(53)}`;

beforeAll(async () => {
  suite = await connectSuite();
  [quiet, flooded] = [await createWorld(suite), await createWorld(suite)];
  const users = [{ email: `${uniqueName('dear')}@acme.co`, password_hash: dearest }];
  const params = { app: flooded.app.id };
  await expectStatus(suite.call('importUsers', { auth: flooded.owner.pat, params, body: { users } }), 200);
}, 60_000);
beforeEach(async () => {
  instance = await suite.control.startInstance('tokens', { PASSWORD_HASHES_WAITING: '10' });
}, 60_000);
afterAll(() => suite.close());

const bodyFor = (email: string, password: string) => ({ grant_type: 'password', email, password });
const on = () => instance.url as `http${string}`;
const signIn = ({ app, user }: World) =>
  suite.call('issueToken', {
    on: on(),
    params: { app: app.name },
    body: bodyFor(user.email, user.password),
    timeoutMs: 25_000,
  });
const guess = () =>
  suite.call('issueToken', {
    on: on(),
    params: { app: flooded.app.name },
    body: bodyFor(`${uniqueName('nobody')}@acme.co`, 'a guess'),
    timeoutMs: 25_000,
  });
const statuses = (answers: readonly { status: number }[]) => answers.map(({ status }) => status);

async function rounds(): Promise<number> {
  const text = await (await fetch(`${instance.url}/metrics`)).text();
  return Number(/^password_bcrypt_rounds_total(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1] ?? 0);
}

describe('one app that is flooded with guesses', () => {
  it('does not keep the users of another from signing in', async () => {
    try {
      await expectStatus(signIn(quiet), 200);
      let full = false;
      const flood = Array.from({ length: 40 }, async () => {
        const answer = await guess();
        full ||= answer.status === 503;
        return answer;
      });
      while (!full) await sleep(5);
      const wanted = await Promise.all([signIn(quiet), signIn(quiet), signIn(quiet)]);
      expect(statuses(wanted)).toEqual([200, 200, 200]);
      const guessed = statuses(await Promise.all(flood));
      expect(guessed).toContain(401);
      expect(guessed.filter((status) => status === 503).length).toBeGreaterThanOrEqual(28);
    } finally {
      await suite.control.stop(instance.name);
    }
  }, 60_000);
});

describe('callers who have left', () => {
  it('are not computed for', async () => {
    try {
      await expectStatus(signIn(quiet), 200);
      const before = await rounds();
      const leaving = new AbortController();
      const url = `${instance.url}/v1/apps/${flooded.app.id}/tokens`;
      const left = Array.from({ length: 10 }, () =>
        fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(bodyFor(`${uniqueName('nobody')}@acme.co`, 'a guess')),
          signal: leaving.signal,
        }).then(
          ({ status }) => status,
          () => 'left',
        ),
      );
      while ((await rounds()) === before) await sleep(5);
      leaving.abort();
      expect(await Promise.all(left)).toContain('left');
      // Behind all of them.
      await expectStatus(guess(), 401);
      // The one that was begun, one whose place was given by then, and this one; not all eleven.
      expect(await rounds()).toBeLessThanOrEqual(before + 4 * 2 ** 12);
    } finally {
      await suite.control.stop(instance.name);
    }
  }, 60_000);
});

describe('with the database frozen', () => {
  it('all who wait are told within 2 s, not one after the other', async () => {
    try {
      await expectStatus(signIn(quiet), 200);
      const answers = await suite.control.whilePaused('postgres', () =>
        Promise.all(Array.from({ length: 10 }, () => signIn(quiet))),
      );
      for (const { status, durationMs } of answers) {
        expect(status).toBe(503);
        expect(durationMs).toBeLessThan(2_000);
      }
    } finally {
      await suite.control.stop(instance.name);
    }
  }, 60_000);
});
