import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { connectSuite, createWorld, isReplay, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

/** Mints an app key, whose name need not be unique: a second effect would show. */
const mintKey = (name: string, key: string, on: 'service' | `http${string}` = 'service') =>
  suite.call('createAppApiKey', {
    auth: world.owner.pat,
    params: { app: world.app.id },
    body: { name },
    headers: { 'idempotency-key': key },
    on,
  });

async function keysNamed(name: string): Promise<number> {
  const { rows } = await suite
    .database('heimdall_admin', 'owner')
    .query('SELECT FROM app_key WHERE name = $1', [name]);
  return rows.length;
}

/** As if that much time had gone by since keys were claimed. */
const age = (seconds: number) =>
  suite
    .database('heimdall_admin', 'owner')
    .query('UPDATE idempotency_key SET claimed_at = claimed_at - make_interval(secs => $1)', [seconds]);

async function until(what: string, reached: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!(await reached())) {
    if (performance.now() > deadline) throw new Error(`${what} did not come about`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Nobody else gets at the table while `body` runs. */
async function whileLocked<T>(table: string, mode: string, body: () => Promise<T>): Promise<T> {
  const client = await suite.database('heimdall_admin', 'owner').connect();
  try {
    await client.query('BEGIN');
    await client.query(`LOCK TABLE ${table} IN ${mode} MODE`);
    return await body();
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

const blocked = async (statement: string) =>
  ((
    await suite
      .database('heimdall_admin')
      .query(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ILIKE $1`, [statement])
  ).rowCount ?? 0) > 0;

const code = (answer: { body: { error?: { code: string } } }) => answer.body.error?.code;

describe('a process that is killed', () => {
  it('before the effect: the key is given up when it is stale, and the call is done once', async () => {
    const [name, key] = [uniqueName('killed'), randomUUID()];
    const instance = await suite.control.startInstance('heimdall-admin');
    await whileLocked('outbox_event', 'SHARE', async () => {
      const cutOff = mintKey(name, key, instance.url as `http${string}`).catch(() => 'cut off');
      await until('the insert', () => blocked('INSERT INTO outbox_event%VALUES%'));
      await suite.control.kill(instance.name);
      expect(await cutOff).toBe('cut off');
    });
    const early = await mintKey(name, key);
    expect([early.status, code(early)]).toEqual([409, 'IDEMPOTENCY_KEY_IN_USE']);
    expect(await keysNamed(name)).toBe(0);
    await age(11);
    const done = await mintKey(name, key);
    expect([done.status, isReplay(done)]).toEqual([201, false]);
    expect((await mintKey(name, key)).text).toBe(done.text);
    expect(await keysNamed(name)).toBe(1);
  });

  it('between effect and answer: the caller is told so, and nothing is done again', async () => {
    const [name, key] = [uniqueName('killed'), randomUUID()];
    const instance = await suite.control.startInstance('heimdall-admin');
    // The call waits for tokens to confirm, with its transaction committed.
    await suite.control.whilePaused('tokens', async () => {
      const cutOff = mintKey(name, key, instance.url as `http${string}`).catch(() => 'cut off');
      await until('the key', async () => (await keysNamed(name)) === 1);
      const early = await mintKey(name, key);
      expect([early.status, code(early)]).toEqual([409, 'IDEMPOTENCY_KEY_IN_USE']);
      await suite.control.kill(instance.name);
      expect(await cutOff).toBe('cut off');
    });
    await age(11);
    const answer = await mintKey(name, key);
    expect([answer.status, code(answer)]).toEqual([409, 'IDEMPOTENCY_ANSWER_LOST']);
    expect(answer.body.error.details).toEqual([
      { field: 'idempotency-key', reason: 'the call was cut off after it took effect' },
    ]);
    expect(await keysNamed(name)).toBe(1);
  });
});

describe('a process that is frozen', () => {
  it('and comes to life after its key was taken over does nothing', async () => {
    const [name, key] = [uniqueName('frozen'), randomUUID()];
    const instance = await suite.control.startInstance('heimdall-admin');
    try {
      let late: ReturnType<typeof mintKey> | undefined;
      await whileLocked('app_key', 'SHARE', async () => {
        late = mintKey(name, key, instance.url as `http${string}`);
        await until('the insert', () => blocked('INSERT INTO%app_key%'));
        await suite.control.pause(instance.name);
      });
      await age(11);
      const taken = await mintKey(name, key);
      expect([taken.status, isReplay(taken)]).toEqual([201, false]);
      await suite.control.resume(instance.name);
      const refused = await late;
      // 503 where PostgreSQL has ended its transaction meanwhile.
      expect([409, 503]).toContain(refused?.status);
      expect(await keysNamed(name)).toBe(1);
      expect((await mintKey(name, key)).text).toBe(taken.text);
    } finally {
      await suite.control.stop(instance.name);
    }
  });
});

describe('503 when', () => {
  it('keys cannot be claimed: within 2 s, and without effect', async () => {
    const [name, key] = [uniqueName('locked'), randomUUID()];
    const answer = await whileLocked('idempotency_key', 'ACCESS EXCLUSIVE', () => mintKey(name, key));
    expect([answer.status, code(answer)]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(answer.durationMs).toBeLessThan(2000);
    expect(await keysNamed(name)).toBe(0);
    expect((await mintKey(name, key)).status).toBe(201);
  });

  it('the change cannot be committed: the key is free again at once', async () => {
    const [name, key] = [uniqueName('locked'), randomUUID()];
    const answer = await whileLocked('app_key', 'SHARE', () => mintKey(name, key));
    expect([answer.status, code(answer)]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    const done = await mintKey(name, key);
    expect([done.status, isReplay(done)]).toEqual([201, false]);
    expect(await keysNamed(name)).toBe(1);
  });
});
