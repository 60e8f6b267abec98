import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { type Bus, createBus, createOutbox, createRelay, type Outbox, type Relay } from '@pcft/events';
import { sampleEvent } from '@pcft/testing';
import { verifyChain } from '../verify-chain.ts';
import type { ChainStore } from '../../src/ingest/chain-store.ts';
import { createFanOut, type FanOut } from '../../src/ingest/fan-out.ts';
import { type Ingest, startIngest } from '../../src/ingest/ingest-events.ts';
import { createPostgresChainStore } from '../../src/ingest/postgres-chain-store.ts';
import { createScratchLog, natsUrl, type ScratchLog } from '../scratch-log.ts';

/** One audit process, as far as ingest goes. */
interface Replica {
  readonly ingest: Ingest;
  stop(): Promise<void>;
}

let log: ScratchLog;
let buses: Bus[];
let outbox: Outbox;
let relays: Relay[];
let replicas: Replica[];
let subject: string;

async function until(condition: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function connect(): Promise<Bus> {
  const bus = createBus({ url: natsUrl(), name: 'ingest test' });
  buses.push(bus);
  await until(() => bus.connected());
  return bus;
}

async function startReplica(): Promise<Replica> {
  const bus = await connect();
  const store: ChainStore = createPostgresChainStore({ databaseUrl: log.runtimeUrl });
  const fanOut: FanOut = createFanOut({ bus });
  const ingest = startIngest({ bus, store, fanOut, subject });
  await ingest.ready;
  const replica = {
    ingest,
    stop: async () => {
      await ingest.stop();
      fanOut.close();
      await store.close();
    },
  };
  replicas.push(replica);
  return replica;
}

async function startRelay(): Promise<void> {
  // The outbox of the test stands in audit's own database; any service's would do.
  const relay = createRelay({
    databaseUrl: log.runtimeUrl,
    bus: await connect(),
    service: 'test',
    outbox,
    subject,
    requestTimeoutMs: 500,
  });
  relays.push(relay);
  relay.start();
}

const pending = async (): Promise<number> => {
  const { rows } = await log.admin.query<{ n: number }>('SELECT count(*)::int AS n FROM outbox_event');
  return rows[0]?.n ?? -1;
};

const storedIds = async (): Promise<string[]> =>
  [...(await log.chains()).values()].flat().map(({ id }) => id);

beforeEach(async () => {
  [buses, relays, replicas] = [[], [], []];
  subject = `test.${createId('evt_')}`;
  log = await createScratchLog();
  outbox = createOutbox({ databaseUrl: log.runtimeUrl, service: 'test' });
});

afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  await Promise.all(replicas.map((replica) => replica.stop()));
  await outbox.close();
  await Promise.all(buses.map((bus) => bus.close()));
  await log.drop();
});

it('an appended event is in the log within 2 s, and on the stream', async () => {
  await startReplica();
  await startRelay();
  const bus = await connect();
  const event = sampleEvent();
  const live: unknown[] = [];
  await bus.subscribe(`audit.log.${event.log}`, (message) => void live.push(message.json())).ready;
  const from = performance.now();
  await outbox.append(event);
  await until(async () => (await storedIds()).includes(event.id));
  expect(performance.now() - from).toBeLessThan(2_000);
  await until(() => live.length === 1);
  const kept = { last_by_subj: `audit.log.${event.log}` };
  const stored = await bus.request('$JS.API.STREAM.MSG.GET.AUDIT', kept, { timeoutMs: 2_000 });
  expect(stored).toMatchObject({ message: { subject: `audit.log.${event.log}` } });
  const [row] = (await log.chains()).get(event.log) ?? [];
  expect(live[0]).toEqual({
    id: event.id,
    log: event.log,
    seq: 1,
    source: 'test',
    hash: Buffer.from(row?.hash ?? []).toString('hex'),
    event,
  });
});

it('an event follows every event acknowledged before its call began', async () => {
  await Promise.all([startReplica(), startReplica()]);
  await startRelay();
  const workspace = createId('ws_');
  const order: string[] = [];
  for (let n = 0; n < 60; n++) {
    const event = sampleEvent({ log: workspace });
    await outbox.append(event);
    order.push(event.id);
  }
  await until(async () => (await pending()) === 0);
  expect(await storedIds()).toEqual(order);
});

it('a queue row that is no event does not stop the others', async () => {
  await startReplica();
  const [before, after] = [sampleEvent(), sampleEvent()];
  await outbox.append(before);
  await log.admin.query(`INSERT INTO outbox_event (id, body) VALUES ('broken', 'no event')`);
  await outbox.append(after);
  await startRelay();
  await until(async () => (await pending()) === 0);
  expect(await storedIds()).toEqual(
    expect.arrayContaining([before.id, after.id, expect.stringMatching(/^raw_/)]),
  );
});

it('a database error is no answer: the queue keeps its rows until the log takes them', async () => {
  await startReplica();
  await log.admin.query('BEGIN; LOCK TABLE chain_head IN ACCESS EXCLUSIVE MODE');
  await startRelay();
  const event = sampleEvent();
  await outbox.append(event);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(await pending()).toBe(1);
  await log.admin.query('COMMIT');
  await until(async () => (await pending()) === 0);
  expect(await storedIds()).toEqual([event.id]);
});

describe('two relays, three replicas, killed sessions, a replica that goes and one that comes', () => {
  it('lose nothing, write nothing twice, and the chains hold', async () => {
    await Promise.all([startReplica(), startReplica(), startReplica()]);
    await startRelay();
    await startRelay();
    const logs = Array.from({ length: 10 }, () => createId('ws_'));
    const acknowledged: string[] = [];
    let refused = 0;
    const end = performance.now() + 6_000;
    const client = async (): Promise<void> => {
      while (performance.now() < end) {
        const event = sampleEvent({ log: logs[Math.floor(Math.random() * logs.length)] ?? '' });
        await outbox.append(event).then(
          () => acknowledged.push(event.id),
          () => refused++,
        );
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
      }
    };
    let kills = 0;
    const killer = setInterval(() => {
      log.admin
        .query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1`,
        )
        .then(
          ({ rowCount }) => (kills += rowCount ?? 0),
          () => {},
        );
    }, 150);
    const change = setTimeout(() => {
      void replicas[0]?.stop();
      void startReplica();
    }, 3_000);
    try {
      await Promise.all(Array.from({ length: 30 }, client));
    } finally {
      clearInterval(killer);
      clearTimeout(change);
    }
    await until(async () => (await pending()) === 0);
    expect(kills).toBeGreaterThan(10);
    expect(acknowledged.length).toBeGreaterThan(500);
    const stored = await storedIds();
    const unique = new Set(stored);
    expect(unique.size).toBe(stored.length);
    expect(acknowledged.filter((id) => !unique.has(id))).toEqual([]);
    // What was refused may be in the log (its outcome was unknown), what was never called may not.
    expect(stored.length).toBeLessThanOrEqual(acknowledged.length + refused);
    for (const chain of (await log.chains()).values()) {
      expect(await verifyChain(chain)).toMatchObject({ firstBadSeq: null, rows: chain.length });
    }
  }, 60_000);
});
