import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { type AuditEvent, serializeEvent } from '@pcft/events';
import { sampleEvent } from '@pcft/testing';
import { type ChainEntry, indexColumns, rawEntry, readEntry } from '../../src/ingest/chain-entry.ts';
import type { ChainStore } from '../../src/ingest/chain-store.ts';
import { createPostgresChainStore } from '../../src/ingest/postgres-chain-store.ts';
import { createScratchLog, type ScratchLog } from '../scratch-log.ts';

let log: ScratchLog;
let store: ChainStore;

beforeAll(async () => {
  log = await createScratchLog();
  store = createPostgresChainStore({ databaseUrl: log.runtimeUrl });
});

afterAll(async () => {
  await store.close();
  await log.drop();
});

const entryOf = (fields: Partial<AuditEvent>): ChainEntry => {
  const event = sampleEvent(fields);
  return readEntry('platform', { id: event.id, body: serializeEvent(event) });
};

/** A row as the database gives it back, every column as text. */
const stored = async (id: string): Promise<Record<string, string | null> | undefined> =>
  (
    await log.admin.query<Record<string, string | null>>(
      `SELECT id, log, seq::text, source, encode(body, 'hex') AS body, encode(hash, 'hex') AS hash, readable::text,
              (extract(epoch FROM occurred_at) * 1000)::bigint::text AS occurred_at, service, action, required_action, access,
              outcome, actor_id, pat_id, target_id, app_id, resource, request_id, host(ip) AS ip,
              array_to_json(tsvector_to_array(search))::text AS search,
              (extract(epoch FROM received_at - occurred_at))::bigint::text AS age
       FROM audit_event WHERE id = $1`,
      [id],
    )
  ).rows[0];

const texts: [string, string][] = [
  ['quotes', `"double" 'single' \`back\` ""`],
  ['backslashes', String.raw`\ \\ \" \n \t \x41 \101 \N`],
  ['what would be a NULL in text', '\\N'],
  ['the end of the data alone on a line', 'a\n\\.\nb'],
  ['white space', ' \t\r\n\v\f '],
  ['delimiters of other forms', '{a,"b"}\x1f\x1e|;,'],
  ['letters beyond the first 65,536', '😀\u{10ffff}𝒳'],
  ['composed and decomposed letters', 'é e\u0301 ﬁ İ'],
  [
    'every sign below a space but NUL',
    Array.from({ length: 31 }, (_, n) => String.fromCharCode(n + 1)).join(''),
  ],
  ['NULL as a word', 'null NULL'],
];

describe('a row', () => {
  it.each(texts)('comes back as it was: %s', async (_what, text) => {
    const entry = entryOf({
      action: text,
      required_action: text,
      actor: { type: 'account', id: text, pat_id: text, session_id: null },
      target: { type: 'file', id: text },
      app_id: text,
      resource: text,
      request_id: text,
      metadata: { [text]: text },
    });
    expect(entry.event).not.toBeNull();
    const [chained] = await store.append([entry]);
    const row = await stored(entry.id);
    const words = indexColumns(entry).words;
    expect(row).toMatchObject({
      log: entry.log,
      source: 'platform',
      body: Buffer.from(entry.body).toString('hex'),
      hash: Buffer.from(chained?.hash ?? []).toString('hex'),
      readable: 'true',
      occurred_at: String(Date.parse(entry.event?.occurred_at ?? '')),
      action: text,
      required_action: text,
      actor_id: text,
      pat_id: text,
      target_id: text,
      app_id: text,
      resource: text,
      request_id: text,
    });
    expect((JSON.parse(row?.['search'] ?? '[]') as string[]).sort()).toEqual(
      words.length > 0 ? [...words, entry.log].sort() : [],
    );
  });

  it('tells what is empty from what is not there', async () => {
    const entry = entryOf({ resource: '', app_id: null, required_action: null, target: null, ip: null });
    await store.append([entry]);
    expect(await stored(entry.id)).toMatchObject({
      ...{ resource: '', app_id: null, required_action: null, target_id: null, ip: null, search: null },
    });
  });

  it.each([
    ...['0.0.0.0', '255.255.255.255', '192.0.2.7', '::', '::1', '2001:db8::1', '1:2:3:4:5:6:7:8'],
    ...[
      '::ffff:192.0.2.1',
      '64:ff9b::192.0.2.33',
      '2001:DB8:0:0:8:800:200C:417A',
      'fe80::',
      '1:2:3:4:5:6:7::',
    ],
  ])('has its address, as PostgreSQL reads it: %s', async (ip) => {
    const entry = entryOf({ ip });
    await store.append([entry]);
    const { rows } = await log.admin.query<{ is: boolean }>(
      'SELECT ip = $2::inet AND masklen(ip) = masklen($2::inet) AS is FROM audit_event WHERE id = $1',
      [entry.id, ip],
    );
    expect(rows).toEqual([{ is: true }]);
  });

  it.each(['2000-01-01T00:00:00.000Z', '2024-02-29T23:59:59.999Z', '2099-12-31T23:59:59.999Z'])(
    'has its time to the millisecond: %s',
    async (at) => {
      const entry = entryOf({ occurred_at: at });
      await store.append([entry]);
      expect((await stored(entry.id))?.['occurred_at']).toBe(String(Date.parse(at)));
    },
  );

  it.each<[string, Buffer]>([
    ['a megabyte of any bytes', randomBytes(1_000_000)],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28, 0x5c, 0x2e, 0x0a])],
    ['nothing', Buffer.alloc(0)],
    ['what ends the data in the binary form', Buffer.from([0xff, 0xff])],
  ])('keeps raw bytes byte by byte, at the time they came: %s', async (_what, body) => {
    const entry = rawEntry('unknown', { id: '', body }, createId('ws_'));
    await store.append([entryOf({}), entry, entryOf({})]);
    expect(await stored(entry.id)).toMatchObject({
      ...{ body: body.toString('hex'), readable: 'false', source: 'unknown', action: 'audit.unreadable' },
      ...{ outcome: 'failed', actor_id: null, request_id: null, search: null, age: '0' },
    });
  });

  it('that PostgreSQL cannot store is refused with all beside it, and with none of another append', async () => {
    const event = sampleEvent();
    // Past the checks of readEntry, which keeps such an event raw.
    const poison: ChainEntry = {
      ...entryOf({ log: event.log }),
      event: { ...event, request_id: 'a\0b' },
    };
    const beside = entryOf({ log: event.log });
    const others = [0, 1, 2].map(() => entryOf({ log: event.log }));
    const outcomes = await Promise.allSettled([
      store.append([others[0] ?? beside]),
      store.append([others[1] ?? beside]),
      store.append([beside, poison]),
      store.append([others[2] ?? beside]),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[2]).toMatchObject({ reason: { code: '22021' } });
    const { rows } = await log.admin.query<{ id: string }>(
      'SELECT id FROM audit_event WHERE log = $1 ORDER BY id',
      [event.log],
    );
    expect(rows.map(({ id }) => id)).toEqual(others.map(({ id }) => id).sort());
  });
});
