import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Operation } from '@pcft/contracts';
import { authorizationOf, faultsOf } from '@pcft/contracts';
import {
  changedCall,
  connectSuite,
  createWorld,
  isReplay,
  keyedCall,
  measureIdempotency,
  readFault,
  type Suite,
  type World,
} from '@pcft/testing';
import { codeOf, idempotentOperations, outcome } from '../tables/operations.ts';

let suite: Suite;
let world: World;
/** A second process of each service that takes keys. */
const seconds = new Map<string, { name: string; url: string }>();

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
  for (const service of new Set(idempotentOperations.map(([, operation]) => operation.service)))
    seconds.set(service, await suite.control.startInstance(service));
}, 120_000);
afterAll(async () => {
  for (const { name } of seconds.values()) await suite.control.stop(name);
  await suite.close();
});

it('is offered by every POST that creates something for its caller', () => {
  expect(idempotentOperations.map(([id]) => id)).toEqual(
    expect.arrayContaining([
      ...['createWorkspace', 'createAccessToken', 'rotateAccessToken', 'createApiKey'],
      ...['createWorkspaceApp', 'createApp', 'createAppApiKey', 'createUser', 'createRole', 'createProject'],
    ]),
  );
  for (const [, operation] of idempotentOperations)
    expect(faultsOf(operation)).toEqual(expect.arrayContaining(['validation', 'idempotency-key-in-use']));
});

const databaseOf = ({ service }: Operation) => service.replaceAll('-', '_');

/** Waits until a statement of the service that begins so waits for a lock. */
async function untilBlocked(operation: Operation, statement: string): Promise<void> {
  const deadline = performance.now() + 2000;
  for (;;) {
    const { rowCount } = await suite
      .database(databaseOf(operation))
      .query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1`,
        [statement],
      );
    if ((rowCount ?? 0) > 0) return;
    if (performance.now() > deadline) throw new Error(`nothing like ${statement} waits`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe.each(idempotentOperations)('%s', (operationId, operation) => {
  const { success } = operation;

  it('20 times at once with one key: one effect, one answer, in two processes and through the gateway', async () => {
    const second = seconds.get(operation.service)?.url as `http${string}`;
    const report = await measureIdempotency(suite, world, operation, {
      calls: 20,
      origins: ['service', second, 'gateway'],
    });
    expect(report).toMatchObject({
      parallel: { done: 1 },
      later: { calls: 6, replayed: 6 },
      changed: { calls: 3, refused: 3 },
      answers: 1,
      effects: 1,
      unexpected: [],
    });
  });

  it('409 while the call is under way, with Retry-After', async () => {
    const input = keyedCall(operation, world);
    const client = await suite.database(databaseOf(operation), 'owner').connect();
    try {
      await client.query('BEGIN');
      await client.query('LOCK TABLE outbox_event IN SHARE MODE');
      // Its transaction waits for its audit row, and the row of the one that is refused waits as well.
      const first = suite.call(operationId, input);
      await untilBlocked(operation, 'INSERT INTO outbox_event (id, body) VALUES%');
      const second = suite.call(operationId, input);
      await untilBlocked(operation, 'INSERT INTO outbox_event (id, body)%unnest%');
      await client.query('ROLLBACK');
      const refused = await second;
      expect(outcome(refused)).toEqual({ status: 409, code: codeOf('idempotency-key-in-use', refused) });
      expect(refused.headers['retry-after']).toBe('1');
      // 503 where the machine was so slow that its transaction has given up waiting.
      expect([success.status, 503]).toContain((await first).status);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });

  it('422 when the key stood for another request', async () => {
    const input = keyedCall(operation, world);
    expect((await suite.call(operationId, input)).status).toBe(success.status);
    const answer = await suite.call(operationId, changedCall(operation, input));
    expect(outcome(answer)).toEqual({ status: 422, code: codeOf('idempotency-key-reused', answer) });
  });

  it.each([
    ['empty', ''],
    ['too long', 'k'.repeat(256)],
    ['of two words', 'a key'],
    ['not ASCII', 'schl\u00fcssel'],
    ['given twice', ['one', 'two']],
  ])('400 when the key is %s', async (_, key) => {
    const answer = await suite.call(operationId, {
      ...keyedCall(operation, world),
      headers: { 'idempotency-key': key },
    });
    expect(outcome(answer)).toEqual({ status: 400, code: codeOf('validation', answer) });
    expect(readFault(answer.dialect, answer.body).details[0]?.field).toBe('idempotency-key');
  });

  it('leaves a row of what was asked, not of a second event, where it repeats an answer', async () => {
    const input = keyedCall(operation, world);
    const first = await suite.call(operationId, input);
    const again = await suite.call(operationId, input);
    expect([isReplay(first), isReplay(again)]).toEqual([false, true]);
    const row = async (id: string | undefined) => {
      for (;;) {
        const { rows } = await suite
          .database('audit', 'owner')
          .query<{ body: Buffer }>('SELECT body FROM audit_event WHERE request_id = $1', [id]);
        if (rows[0]) return JSON.parse(rows[0].body.toString()) as Record<string, unknown>;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    expect(await row(first.headers['x-request-id'])).toMatchObject({ action: operation.event });
    expect(await row(again.headers['x-request-id'])).toMatchObject({
      action: authorizationOf(operation)?.action ?? operationId,
      outcome: 'success',
      metadata: { idempotent_replay: true },
      changes: null,
    });
  });
});
