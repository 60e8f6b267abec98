import { hash } from 'node:crypto';
import type { ClientBase } from 'pg';
import { firstSegmentOf, isBeyond } from '../segments/segment.ts';
import { type ChainEntry, rawEntry } from './chain-entry.ts';

/**
 * The look-up of known ids begins at the month that an id names. One from months ahead would be looked for where its
 * row is not, so its bytes are kept raw: that id is made from them, and looked for everywhere.
 */
export function placeable(entry: ChainEntry, current: number): ChainEntry {
  return isBeyond(entry.id, current) ? rawEntry(entry.source, entry, entry.log) : entry;
}

/**
 * Drops what the log has already, as far as the transaction sees it. An id that carries other bytes than before is no
 * repetition; its bytes are kept raw.
 */
export async function withoutKnown(
  client: ClientBase,
  entries: readonly ChainEntry[],
): Promise<ChainEntry[]> {
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
