import { hash } from 'node:crypto';
import { closeEventPool, createEventPool } from '@pcft/events';
import type { ClientBase } from 'pg';
import { chainHash, genesisHash } from '@pcft/audit-proof';
import { addEventDays } from '../counts/add-event-days.ts';
import { eventDays } from '../counts/event-days.ts';
import { firstSegmentOf, isBeyond } from '../segments/segment.ts';
import { addUsage } from '../usage/add-usage.ts';
import { usageOf } from '../usage/usage-of.ts';
import { type ChainEntry, rawEntry } from './chain-entry.ts';
import type { ChainedEntry, ChainStore } from './chain-store.ts';
import { insertRows, rowValues } from './insert-rows.ts';
import { type Append, JoinedAppends } from './joined-appends.ts';

interface Head {
  seq: bigint;
  hash: Uint8Array;
  /** In which the next row will stand: this month, by the database's clock, but never before the newest row's. */
  readonly segment: number;
}

export interface ChainStoreOptions {
  readonly databaseUrl: string;
  readonly connections?: number;
  readonly onError?: (error: unknown) => void;
}

/**
 * The chain in PostgreSQL. Whole batches in one statement each (`unnest`), so pg itself rather than Prisma; and
 * connections of its own, so that a slow query of the log does not hold up what comes in.
 */
export function createPostgresChainStore(options: ChainStoreOptions): ChainStore {
  const pool = createEventPool({
    databaseUrl: options.databaseUrl,
    name: 'audit ingest',
    connections: options.connections ?? 4,
    statementTimeoutMs: 2_500,
    onError: (error) => options.onError?.(error),
  });
  const joined = new JoinedAppends(async (appends) => {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      return await appendTogether(client, appends);
    } catch (error) {
      // Whatever state the session is in, it ends: that also rolls back.
      broken = error instanceof Error ? error : new Error(String(error));
      throw error;
    } finally {
      client.release(broken);
    }
  });
  return {
    append: (entries) => joined.append(entries),
    close: () => closeEventPool(pool),
  };
}

/** @returns the new rows of each; `null` where some of several are not new: whose they are shows only one by one */
async function appendTogether(
  client: ClientBase,
  appends: readonly Append[],
): Promise<ChainedEntry[][] | null> {
  const entries = appends.flatMap((append) => append.entries);
  // READ COMMITTED: each statement sees what was committed before it began. The look-up below relies on it.
  await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
  const { heads, current } = await lockHeads(client, entries);
  const fresh = await withoutKnown(
    client,
    entries.map((entry) => placeable(entry, current)),
  );
  const isAllNew = fresh.length === entries.length && fresh.every((entry, n) => entry === entries[n]);
  if (!isAllNew && appends.length > 1) {
    await client.query('ROLLBACK');
    return null;
  }
  const parts = isAllNew ? appends : [{ entries: fresh, rows: rowValues(fresh) }];
  const chained = parts.map((part) => part.entries.map((entry) => link(heads, entry)));
  const all = chained.flat();
  if (all.length > 0) {
    for (const [n, { rows }] of parts.entries()) await insertRows(client, chained[n] ?? [], rows);
    await updateHeads(client, heads, all);
    await addUsage(client, usageOf(fresh));
    await addEventDays(client, eventDays(fresh));
  }
  await client.query('COMMIT');
  return chained;
}

/** Every writer adds and locks heads in the same order, so two never wait for each other. */
async function lockHeads(
  client: ClientBase,
  entries: readonly ChainEntry[],
): Promise<{ readonly heads: Map<string, Head>; readonly current: number }> {
  const logs = [...new Set(entries.map(({ log }) => log))].sort();
  await client.query({
    name: 'chain-head-add',
    text: `INSERT INTO chain_head (log, seq, hash, segment, first_segment)
           SELECT log, 0, $2, segment_of(now()), segment_of(now())
           FROM unnest($1::text[]) WITH ORDINALITY AS new (log, n) ORDER BY n
           ON CONFLICT (log) DO NOTHING`,
    values: [logs, genesisHash],
  });
  const { rows } = await client.query<{
    log: string;
    seq: string;
    hash: Buffer;
    segment: number;
    current: number;
  }>({
    name: 'chain-head-lock',
    text: `SELECT log, seq, hash, segment, segment_of(now()) AS current
           FROM chain_head WHERE log = ANY($1) ORDER BY log FOR UPDATE`,
    values: [logs],
  });
  const current = rows[0]?.current ?? 0;
  const heads = rows.map(({ log, seq, hash, segment }): [string, Head] => [
    log,
    { seq: BigInt(seq), hash, segment: Math.max(segment, current) },
  ]);
  return { heads: new Map(heads), current };
}

/**
 * The look-up of known ids begins at the month that an id names. One from months ahead would be looked for where its
 * row is not, so its bytes are kept raw: that id is made from them, and looked for everywhere.
 */
function placeable(entry: ChainEntry, current: number): ChainEntry {
  return isBeyond(entry.id, current) ? rawEntry(entry.source, entry, entry.log) : entry;
}

/**
 * Drops what the log has already. After the heads are locked, not before: only then is everything visible that a
 * concurrent writer appended to these chains. An id that carries other bytes than before is no repetition; its bytes
 * are kept raw.
 */
async function withoutKnown(client: ClientBase, entries: readonly ChainEntry[]): Promise<ChainEntry[]> {
  const known = await digestsOf(client, entries);
  const fresh = new Map<string, ChainEntry>();
  const conflicting: ChainEntry[] = [];
  for (const entry of entries) {
    const digest = known.get(entry.id);
    const before = fresh.get(entry.id);
    if (digest === undefined && before === undefined) fresh.set(entry.id, entry);
    else if (before ? !isSame(before, entry) : digest !== digestOf(entry))
      conflicting.push(rawEntry(entry.source, entry, entry.log));
  }
  const raw = conflicting.length > 0 ? await withoutKnown(client, conflicting) : [];
  return [...fresh.values(), ...raw];
}

function isSame(one: ChainEntry, other: ChainEntry): boolean {
  return Buffer.compare(one.body, other.body) === 0;
}

async function digestsOf(client: ClientBase, entries: readonly ChainEntry[]): Promise<Map<string, string>> {
  const { rows } = await client.query<{ id: string; digest: string }>({
    name: 'chain-known',
    text: `SELECT id, encode(sha256(body), 'hex') AS digest FROM audit_event WHERE id = ANY($1) AND segment >= $2`,
    // Most ids were made this month: partitions of earlier years are not looked into.
    values: [entries.map(({ id }) => id), Math.min(...entries.map(({ id }) => firstSegmentOf(id)))],
  });
  return new Map(rows.map(({ id, digest }) => [id, digest]));
}

function digestOf({ body }: ChainEntry): string {
  return hash('sha256', body, 'hex');
}

function link(heads: Map<string, Head>, entry: ChainEntry): ChainedEntry {
  const head = heads.get(entry.log);
  if (!head) throw new Error(`chain ${entry.log} has no head`);
  const seq = head.seq + 1n;
  const { log, id, source, body, event } = entry;
  const link = chainHash(head.hash, { log, seq, id, source, body });
  heads.set(log, { ...head, seq, hash: link });
  return { id, log, source, body, event, seq, hash: link, segment: head.segment };
}

async function updateHeads(
  client: ClientBase,
  heads: Map<string, Head>,
  chained: readonly ChainedEntry[],
): Promise<void> {
  const moved = [...new Set(chained.map(({ log }) => log))].flatMap((log) => {
    const head = heads.get(log);
    if (!head) return [];
    const { seq, segment } = head;
    return [{ log, seq: String(seq), segment, hash: Buffer.from(head.hash).toString('hex') }];
  });
  await client.query({
    name: 'chain-head-move',
    text: `UPDATE chain_head SET seq = moved.seq, hash = decode(moved.hash, 'hex'), segment = moved.segment
           FROM unnest($1::text[], $2::bigint[], $3::text[], $4::integer[]) AS moved (log, seq, hash, segment)
           WHERE chain_head.log = moved.log`,
    values: [
      moved.map(({ log }) => log),
      moved.map(({ seq }) => seq),
      moved.map(({ hash }) => hash),
      moved.map(({ segment }) => segment),
    ],
  });
}
