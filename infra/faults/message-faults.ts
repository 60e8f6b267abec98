import { createId } from '@pcft/credentials';
import type { NatsConnection } from 'nats';
import type { Fault, FaultContext } from './fault.ts';

/** Where relays bring events; a test elsewhere compares (packages/events is not infra's to import). */
const subject = 'audit.ingest';

interface Row {
  readonly id: string;
  readonly body: string;
}

interface Stored extends Row {
  readonly source: string;
}

/** True when audit has vouched for all of it. */
async function deliver(connection: NatsConnection, payload: string | Uint8Array): Promise<boolean> {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  // A full audit turns batches away without a word, and whoever sent them repeats them.
  for (let attempt = 0; attempt < 5; attempt++) {
    const answer = await connection.request(subject, bytes, { timeout: 3_000 }).catch(() => null);
    if (answer && typeof answer.json<{ accepted?: unknown }>().accepted === 'number') return true;
  }
  return false;
}

const batch = (source: string, events: readonly Row[]): string => JSON.stringify({ source, events });

async function newest({ databases }: FaultContext, count: number): Promise<Stored[]> {
  const { rows } = await databases.of('audit').query<Stored>(
    `SELECT id, source, convert_from(body, 'UTF8') AS body FROM audit_event
     WHERE readable ORDER BY received_at DESC LIMIT $1`,
    [count],
  );
  return rows;
}

async function rowsWith({ databases }: FaultContext, where: string, values: unknown[]): Promise<number> {
  const { rows } = await databases
    .of('audit')
    .query<{ n: number }>(`SELECT count(*)::int AS n FROM audit_event WHERE ${where}`, values);
  return rows[0]?.n ?? 0;
}

const duplicated: Fault = {
  name: 'messages-duplicated',
  proves: [2],
  inject: async (context) => {
    const connection = await context.suite.nats();
    const rows = await newest(context, 300);
    const ids = rows.map(({ id }) => id);
    const groups = [...Map.groupBy(rows, ({ source }) => source)];
    const sent = await Promise.all(
      [1, 2, 3].flatMap(() => groups.map(([source, events]) => deliver(connection, batch(source, events)))),
    );
    if (sent.includes(false)) context.broken('a repeated batch was not vouched for');
    const after = await rowsWith(context, 'id = ANY($1)', [ids]);
    context.note(`${String(ids.length)} events sent 3 times more, at once: ${String(after)} rows`);
    if (after !== ids.length) context.broken('repeated events were chained again');
  },
};

const reordered: Fault = {
  name: 'messages-reordered',
  proves: [2],
  inject: async (context) => {
    const connection = await context.suite.nats();
    const [like] = await newest(context, 1);
    if (!like) return context.broken('the log is empty');
    const events = Array.from({ length: 40 }, (): Row => {
      const id = createId('aud_');
      return { id, body: JSON.stringify({ ...(JSON.parse(like.body) as object), id, request_id: id }) };
    });
    const [first, second] = [events.slice(0, 20), events.slice(20)];
    const batches = [second.toReversed(), first, second, first.toReversed(), events, events.toReversed()];
    const sent = await Promise.all(batches.map((some) => deliver(connection, batch(like.source, some))));
    if (sent.includes(false)) context.broken('a batch out of order was not vouched for');
    const rows = await rowsWith(context, 'id = ANY($1)', [events.map(({ id }) => id)]);
    context.note(`40 events in 6 overlapping batches out of order, at once: ${String(rows)} rows`);
    if (rows !== events.length) context.broken('events out of order were lost or chained twice');
  },
};

/** None of it can be read as an event, or not as the one it says it is. */
function poisons(like: Stored): (string | Uint8Array)[] {
  const event = JSON.parse(like.body) as Record<string, unknown>;
  const one = (body: string, id = createId('aud_')) => batch('projects', [{ id, body }]);
  const changed = (fields: object) => {
    const id = createId('aud_');
    return one(JSON.stringify({ ...event, id, ...fields }), id);
  };
  return [
    Buffer.from([
      0xff,
      0xfe,
      0,
      0x80,
      ...createId('evt_')
        .split('')
        .map((c) => c.charCodeAt(0)),
    ]),
    `not json ${createId('evt_')}`,
    `"${createId('evt_')}"`,
    JSON.stringify({ source: 'no such Source!', events: [], n: createId('evt_') }),
    one('{"broken":'),
    one(JSON.stringify({ nul: '\u0000' })),
    changed({ occurred_at: '2026-02-31T00:00:00.000Z' }),
    changed({ log: `ws_${'0'.repeat(26)}x` }),
    changed({ extra: 'field' }),
    changed({ ip: { not: 'text' } }),
    one('['.repeat(20_000)),
    `x${createId('evt_')}`.repeat(200_000),
    // An id that is taken, with other bytes.
    batch(like.source, [{ id: like.id, body: JSON.stringify({ ...event, operation: createId('evt_') }) }]),
  ];
}

const poisoned: Fault = {
  name: 'messages-poisoned',
  proves: [2],
  inject: async (context) => {
    const connection = await context.suite.nats();
    const [like] = await newest(context, 1);
    if (!like) return context.broken('the log is empty');
    const before = await rowsWith(context, 'NOT readable', []);
    const payloads = poisons(like);
    for (const round of [1, 2]) {
      const sent = await Promise.all(payloads.map((payload) => deliver(connection, payload)));
      if (sent.includes(false)) context.broken(`round ${String(round)}: a poisoned message had no answer`);
    }
    // What calls itself the stream of the log is not the log.
    connection.publish('audit.log.ws_forged', Buffer.from('{"id":"aud_forged"}'));
    const raw = (await rowsWith(context, 'NOT readable', [])) - before;
    context.note(
      `${String(payloads.length)} poisoned messages, each sent twice: ${String(raw)} rows of raw bytes`,
    );
    if (raw !== payloads.length) context.broken('poisoned messages are not on record exactly once');
  },
};

export const messageFaults: readonly Fault[] = [duplicated, reordered, poisoned];
