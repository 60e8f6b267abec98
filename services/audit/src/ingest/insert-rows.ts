import type { ClientBase } from 'pg';
import { addressBytes } from './address-bytes.ts';
import { type ChainEntry, indexColumns } from './chain-entry.ts';
import type { ChainedEntry } from './chain-store.ts';
import { CopyBuffer, timestamp } from './copy-buffer.ts';
import { copyRows } from './copy-rows.ts';
import { insertWords, type RowWords, wordRows } from './insert-words.ts';

/** In the order of a row's fields: first those of one length each, whose values are not known before the chain is locked. */
const columns = [
  ...['seq', 'segment', 'hash', 'occurred_at'],
  ...['id', 'log', 'source', 'body', 'readable', 'service', 'action', 'required_action', 'access', 'outcome'],
  ...['actor_id', 'pat_id', 'target_id', 'app_id', 'resource', 'request_id', 'ip', 'search'],
];

/** Generously, what a row takes beside its body. */
const rowBytes = 768;

interface RowPlace {
  readonly seq: number;
  readonly segment: number;
  readonly hash: number;
  /** `null`: the event has a time of its own, which is there already. */
  readonly occurredAt: number | null;
}

/** What is inserted of entries, in the form in which it is sent, but for their places in the chain. */
export interface RowValues {
  readonly rows: Buffer;
  /** Where in `rows` each entry's place is written. */
  readonly places: readonly RowPlace[];
  readonly words: readonly RowWords[];
}

/** Made before any chain is locked: it is most of what this process spends on a row. */
export function rowValues(entries: readonly ChainEntry[]): RowValues {
  const bodies = entries.reduce((sum, { body }) => sum + body.byteLength, 0);
  const copy = new CopyBuffer(bodies + entries.length * rowBytes);
  const words: RowWords[] = [];
  const places: RowPlace[] = [];
  for (const [place, entry] of entries.entries()) {
    const index = indexColumns(entry);
    if (index.occurredAt !== null && index.words.length > 0)
      words.push({ place, occurredAt: index.occurredAt, words: wordRows(index.words) });
    copy.row(columns.length);
    const [seq, segment, hash, occurredAt] = [copy.room(8), copy.room(4), copy.room(32), copy.room(8)];
    places.push({ seq, segment, hash, occurredAt: index.occurredAt === null ? occurredAt : null });
    if (index.occurredAt !== null)
      copy.rows().writeBigInt64BE(timestamp(Date.parse(index.occurredAt)), occurredAt);
    copy.text(entry.id);
    copy.text(entry.log);
    copy.text(entry.source);
    copy.bytes(entry.body);
    copy.boolean(entry.event !== null);
    copy.text(index.service);
    copy.text(index.action);
    copy.text(index.requiredAction);
    copy.text(index.access);
    copy.text(index.outcome);
    copy.text(index.actorId);
    copy.text(index.patId);
    copy.text(index.targetId);
    copy.text(index.appId);
    copy.text(index.resource);
    copy.text(index.requestId);
    copy.inet(index.ip === null ? null : addressBytes(index.ip));
    // With the log as one word more: the index is one over all logs.
    copy.tsvector(index.words.length > 0 ? [entry.log, ...index.words] : null);
  }
  return { rows: copy.rows(), places, words };
}

/**
 * Appends rows, in the transaction in which their chains are locked.
 *
 * @param parts of the same entries, in the same order
 * @param now of the transaction: the time of what has none of its own
 */
export async function insertRows(
  client: ClientBase,
  chained: readonly ChainedEntry[],
  parts: readonly { readonly rows: RowValues }[],
  now: Date,
): Promise<void> {
  const words: RowWords[] = [];
  let first = 0;
  for (const { rows: values } of parts) {
    for (const [n, at] of values.places.entries()) {
      const entry = chained[first + n];
      if (!entry) throw new Error('a row has no place in its chain');
      values.rows.writeBigInt64BE(entry.seq, at.seq);
      values.rows.writeInt32BE(entry.segment, at.segment);
      values.rows.set(entry.hash, at.hash);
      if (at.occurredAt !== null) values.rows.writeBigInt64BE(timestamp(now.getTime()), at.occurredAt);
    }
    for (const row of values.words) words.push({ ...row, place: first + row.place });
    first += values.places.length;
  }
  const bytes = parts.map(({ rows }) => rows.rows);
  await copyRows(client, 'audit_event', columns, bytes);
  await insertWords(client, chained, words);
}
