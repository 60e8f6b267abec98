import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { authorizationOf, serviceNames, type Operation, type ServiceName } from '@pcft/contracts';
import { connectSuite, createWorld, validCall, type Answer, type Suite, type World } from '@pcft/testing';
import { codeOf, outcome, publicOperations } from '../tables/operations.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const atOnce = 9;

const databaseOf = (service: ServiceName) => service.replaceAll('-', '_');

/** Nothing can be written to the outbox while `body` runs: its table is locked by another transaction. */
async function whileLocked<T>(service: ServiceName, body: () => Promise<T>): Promise<T> {
  const client = await suite.database(databaseOf(service), 'owner').connect();
  try {
    await client.query('BEGIN');
    await client.query('LOCK TABLE outbox_event IN ACCESS EXCLUSIVE MODE');
    return await body();
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

/**
 * How many rows every table has, but for those that live by themselves (leases, outbox) and the budgets of guesses, which
 * have to count a try whatever becomes of it.
 */
async function countRows(service: ServiceName): Promise<Record<string, number>> {
  const pool = suite.database(databaseOf(service), 'owner');
  const { rows } = await pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
       AND table_name NOT IN ('outbox_event', 'lease_holder', 'guess_budget', '_prisma_migrations') ORDER BY 1`,
  );
  const counts: Record<string, number> = {};
  for (const { name } of rows) {
    const counted = await pool.query<{ n: string }>(`SELECT count(*) AS n FROM "${name}"`);
    counts[name] = Number(counted.rows[0]?.n);
  }
  return counts;
}

/** Their sampled secrets and addresses are nobody's: refused or passed over without an effect, and of no one's log. */
const ofStrangers = new Set([
  'forgetPassword',
  'reportLeakedTokens',
  'resetPassword',
  'sendVerificationEmail',
  'signInWithPasskey',
  'verifyEmail',
  'verifyTwoFactor',
]);

const audited = (operation: Operation) =>
  // Public operations of no one's log leave no row, so they need no outbox.
  operation.access.kind !== 'public' || (operation.changes && !ofStrangers.has(operation.operationId));

interface Refused {
  readonly answers: ReadonlyMap<string, Answer>;
  readonly before: Record<string, number>;
  readonly after: Record<string, number>;
}

const operationsOf = (service: ServiceName) =>
  publicOperations.filter(([, operation]) => operation.service === service && audited(operation));

/** Calls every audited operation of a service while its outbox is locked. */
async function refuseAll(service: ServiceName): Promise<Refused> {
  const answers = new Map<string, Answer>();
  const operations = operationsOf(service);
  const before = await countRows(service);
  // A few at a time, so that none waits for a connection that another one holds.
  for (let i = 0; i < operations.length; i += atOnce) {
    const some = operations.slice(i, i + atOnce);
    await whileLocked(service, () =>
      Promise.all(
        some.map(async ([operationId, operation]) => {
          answers.set(operationId, await suite.call(operationId, validCall(operation, world)));
        }),
      ),
    );
  }
  return { answers, before, after: await countRows(service) };
}

/** Those that ask each other are locked one after the other; nearly all of the time is waiting for a lock. */
const lanes: readonly (readonly ServiceName[])[] = [
  ['platform'],
  ['heimdall-admin', 'tokens'],
  ['audit', 'projects'],
];
const refusals = new Map<ServiceName, Refused>();

beforeAll(async () => {
  await Promise.all(
    lanes.map(async (lane) => {
      for (const service of lane) refusals.set(service, await refuseAll(service));
    }),
  );
}, 240_000);

describe.each(serviceNames)('%s with an outbox that cannot be written', (service) => {
  const operations = operationsOf(service);
  const refused = (): Refused => {
    const found = refusals.get(service);
    if (!found) throw new Error(`${service} is in no lane`);
    return found;
  };

  it.each(operations)('%s: 503 within 2 s', (operationId) => {
    const answer = refused().answers.get(operationId);
    if (!answer) throw new Error('was not called');
    expect(outcome(answer)).toEqual({ status: 503, code: codeOf('unavailable', answer) });
    expect(answer.durationMs).toBeLessThan(2000);
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  });

  it('none of them had an effect', () => {
    const { before, after } = refused();
    // audit's own log grows by what other services report
    if (service !== 'audit') expect(after).toEqual(before);
    else expect(Object.keys(after)).toEqual(Object.keys(before));
  });

  it('a denial as well', async () => {
    const decided = operations.find(([, operation]) => authorizationOf(operation) !== null);
    if (!decided) throw new Error(`${service} decides nothing`);
    const [operationId, operation] = decided;
    const { secret } = await suite.mint(world.owner, {
      policy: [{ effect: 'deny', actions: ['*'], resources: ['*'] }],
    });
    const answer = await whileLocked(service, () =>
      suite.call(operationId, { ...validCall(operation, world), auth: secret }),
    );
    expect(outcome(answer)).toEqual({ status: 503, code: codeOf('unavailable', answer) });
    expect(answer.durationMs).toBeLessThan(2000);
  });

  it('is well again as soon as it can be written', async () => {
    const [operationId, operation] = operations[0] ?? [];
    if (!operationId || !operation) throw new Error(`${service} has no audited operation`);
    const read = operations.find(
      ([, { method, access }]) => method === 'GET' && access.kind === 'policy',
    ) ?? [operationId, operation];
    const answer = await suite.call(read[0], validCall(read[1], world));
    expect(answer.status).toBe(read[1].success.status);
  });
});
