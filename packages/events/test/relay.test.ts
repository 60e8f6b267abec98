import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { sampleEvent } from '@pcft/testing';
import {
  type Bus,
  type BusMessage,
  createBus,
  createOutbox,
  createRelay,
  type IngestRequest,
  type Outbox,
  type Relay,
  type RelayMetric,
} from '../src/index.ts';
import { engineUrls } from './engine-urls.ts';
import { createScratchDatabase, type ScratchDatabase } from './scratch-database.ts';

let database: ScratchDatabase;
let bus: Bus;
let outbox: Outbox;
let relays: Relay[];
let subject: string;

const relay = (onMetric?: (metric: RelayMetric) => void, maxBatchBytes?: number): Relay => {
  const made = createRelay({
    databaseUrl: database.url,
    bus,
    service: 'test',
    outbox,
    subject,
    requestTimeoutMs: 300,
    ...(onMetric && { onMetric }),
    ...(maxBatchBytes !== undefined && { maxBatchBytes }),
  });
  relays.push(made);
  made.start();
  return made;
};

/** The other end of the relay's request; what audit does with it is tested with audit. */
async function listen(handler: (request: IngestRequest, message: BusMessage) => void): Promise<void> {
  await bus.subscribe(subject, (message) => handler(message.json() as IngestRequest, message)).ready;
}

async function until(condition: () => boolean | Promise<boolean>, withinMs = 5_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const left = async (): Promise<number> => {
  const { rows } = await database.admin.query<{ n: number }>('SELECT count(*)::int AS n FROM outbox_event');
  return rows[0]?.n ?? -1;
};

beforeEach(async () => {
  relays = [];
  subject = `test.${createId('evt_')}`;
  database = await createScratchDatabase();
  bus = createBus({ url: engineUrls().nats, name: 'relay test' });
  await until(() => bus.connected());
  outbox = createOutbox({ databaseUrl: database.url, service: 'test' });
});

afterEach(async () => {
  await Promise.all(relays.map((one) => one.stop()));
  await outbox.close();
  await bus.close();
  await database.drop();
});

describe('the relay', () => {
  it('delivers in order, names the source, and deletes what was answered', async () => {
    const got: string[] = [];
    await listen(({ source, events }, message) => {
      expect(source).toBe('test');
      got.push(...events.map(({ id }) => id));
      message.respond({ accepted: events.length });
    });
    await Promise.all(Array.from({ length: 1_200 }, () => outbox.append(sampleEvent())));
    const { rows } = await database.admin.query<{ id: string }>('SELECT id FROM outbox_event ORDER BY seq');
    relay();
    await until(async () => (await left()) === 0);
    expect(got.join()).toBe(rows.map(({ id }) => id).join());
  });

  it('hands on the very text that was queued', async () => {
    const event = sampleEvent({ metadata: { text: 'Grüße "\\u0041" \n 🜁' } });
    let body = '';
    await listen(({ events }, message) => {
      body = events[0]?.body ?? '';
      message.respond({ accepted: 1 });
    });
    relay();
    await outbox.append(event);
    await until(() => body !== '');
    expect(body).toBe(JSON.stringify(event));
  });

  it('is woken by an append', async () => {
    await listen(({ events }, message) => message.respond({ accepted: events.length }));
    relay();
    await outbox.append(sampleEvent());
    await until(async () => (await left()) === 0);
    const waits: number[] = [];
    for (let n = 0; n < 10; n++) {
      const from = performance.now();
      await outbox.append(sampleEvent());
      await until(async () => (await left()) === 0);
      waits.push(performance.now() - from);
    }
    // Polling alone would take 100 ms on average.
    expect(waits.sort((a, b) => a - b)[5]).toBeLessThan(60);
  });

  it('sends what comes alone at once, and what follows soon after it together', async () => {
    const batches: number[] = [];
    await listen(({ events }, message) => {
      batches.push(events.length);
      message.respond({ accepted: events.length });
    });
    relay();
    await until(async () => (await left()) === 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (let n = 0; n < 20; n++) {
      await outbox.append(sampleEvent());
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
    await until(async () => (await left()) === 0);
    expect(batches.reduce((sum, events) => sum + events, 0)).toBe(20);
    expect(batches[0]).toBeLessThan(5);
    expect(batches.length).toBeLessThan(12);
  });

  it('keeps rows and repeats when nobody listens, nobody answers, or the answer is about something else', async () => {
    await outbox.append(sampleEvent());
    const failures: RelayMetric[] = [];
    relay((metric) => metric.name === 'failed' && failures.push(metric));
    await until(() => failures.length >= 2);
    let asked = 0;
    await listen(({ events }, message) => {
      asked++;
      if (asked === 2) message.respond({ accepted: events.length + 1 });
      if (asked === 3) message.respond({ error: 'no' });
      if (asked === 4) {
        expect(events).toHaveLength(1);
        message.respond({ accepted: 1 });
      }
    });
    await until(async () => asked === 3 && (await left()) === 1);
    await until(async () => (await left()) === 0);
    expect(asked).toBe(4);
  });

  it('cuts batches by bytes', async () => {
    const sizes: number[] = [];
    await listen(({ events }, message) => {
      sizes.push(message.data.byteLength);
      message.respond({ accepted: events.length });
    });
    const metadata = { filler: 'y'.repeat(30_000) };
    await Promise.all(Array.from({ length: 40 }, () => outbox.append(sampleEvent({ metadata }))));
    relay(undefined, 200_000);
    await until(async () => (await left()) === 0);
    expect(sizes.length).toBeGreaterThan(5);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(200_000);
  });

  it('works once per database; the other takes over when the first is cut off', async () => {
    await listen(({ events }, message) => message.respond({ accepted: events.length }));
    const leading = new Set<number>();
    const watch =
      (n: number) =>
      (metric: RelayMetric): void => {
        if (metric.name !== 'leading') return;
        if (metric.leading) leading.add(n);
        else leading.delete(n);
      };
    relay(watch(1));
    await until(() => leading.has(1));
    relay(watch(2));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([...leading]).toEqual([1]);
    const { rows } = await database.admin.query<{ pid: number }>(
      `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database =
       (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    await database.admin.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
    await until(() => leading.size === 1, 5_000);
    await outbox.append(sampleEvent());
    await until(async () => (await left()) === 0);
  });

  it('stops within the time of one request, and leaves the rest', async () => {
    await listen(() => {});
    await outbox.append(sampleEvent());
    const one = relay();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const from = performance.now();
    await one.stop();
    expect(performance.now() - from).toBeLessThan(1_000);
    expect(await left()).toBe(1);
  });
});
