import type { ClientBase } from 'pg';
import { genesisHash } from '@pcft/audit-proof';
import type { ChainEntry } from './chain-entry.ts';
import type { ChainedEntry } from './chain-store.ts';

/** Where a chain ends. */
export interface Head {
  readonly seq: bigint;
  readonly hash: Uint8Array;
  /** Of its newest row; a new one stands in this month by the database's clock, but never before. */
  readonly segment: number;
}

/** By log. */
export type Heads = ReadonlyMap<string, Head>;

/** A head for each chain that has none. Every writer adds and locks in the same order, so two never wait for each other. */
export async function addHeads(client: ClientBase, logs: readonly string[]): Promise<void> {
  await client.query({
    name: 'chain-head-add',
    text: `INSERT INTO chain_head (log, seq, hash, segment, first_segment)
           SELECT log, 0, $2, segment_of(now()), segment_of(now())
           FROM unnest($1::text[]) WITH ORDINALITY AS new (log, n) ORDER BY n
           ON CONFLICT (log) DO NOTHING`,
    values: [logs, genesisHash],
  });
}

const lockText = `SELECT log, seq, hash, segment FROM chain_head WHERE log = ANY($1) ORDER BY log FOR UPDATE`;

/**
 * @param wait where somebody else holds one of them; without, it fails then with SQLSTATE 55P03
 */
export async function lockHeads(
  client: ClientBase,
  logs: readonly string[],
  { wait }: { readonly wait: boolean },
): Promise<Map<string, Head>> {
  const { rows } = await client.query<{ log: string; seq: string; hash: Buffer; segment: number }>({
    name: wait ? 'chain-head-lock' : 'chain-head-lock-free',
    text: wait ? lockText : `${lockText} NOWAIT`,
    values: [logs],
  });
  return new Map(
    rows.map(({ log, seq, hash, segment }): [string, Head] => [log, { seq: BigInt(seq), hash, segment }]),
  );
}

export function logsOf(entries: readonly ChainEntry[]): string[] {
  return [...new Set(entries.map(({ log }) => log))].sort();
}

/** Whether the chains end where they were expected to. */
export function isSameHeads(found: Heads, expected: Heads): boolean {
  return [...found].every(([log, head]) => {
    const other = expected.get(log);
    return (
      other !== undefined &&
      other.seq === head.seq &&
      other.segment === head.segment &&
      Buffer.compare(other.hash, head.hash) === 0
    );
  });
}

export async function moveHeads(
  client: ClientBase,
  heads: Heads,
  chained: readonly ChainedEntry[],
): Promise<void> {
  const moved = logsOf(chained).flatMap((log) => {
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
