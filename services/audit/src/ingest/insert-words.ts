import type { ClientBase } from 'pg';
import { arrayLiteral } from './array-literal.ts';
import type { ChainedEntry } from './chain-store.ts';

/** A word of a row, and the one before it in the order of bytes: '' before the first. */
export interface WordRow {
  readonly word: string;
  readonly previous: string;
}

export interface RowWords {
  /** Of its entry among those it is chained with. */
  readonly place: number;
  readonly occurredAt: string;
  readonly words: readonly WordRow[];
}

/** @param words each once */
export function wordRows(words: readonly string[]): WordRow[] {
  // As the table's key compares: UTF-16, in which strings are compared here, has another order beyond its first 65,536.
  const sorted = words
    .map((word) => ({ word, bytes: Buffer.from(word) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  return sorted.map(({ word }, n) => ({ word, previous: sorted[n - 1]?.word ?? '' }));
}

/** Adds the words of rows, in the transaction that chains them. Most rows have none. */
export async function insertWords(
  client: ClientBase,
  chained: readonly ChainedEntry[],
  rows: readonly RowWords[],
): Promise<void> {
  const words = rows.flatMap(({ place, occurredAt, words }) => {
    const row = chained[place];
    return row ? words.map((each) => ({ ...each, row, occurredAt })) : [];
  });
  if (words.length === 0) return;
  await client.query({
    name: 'chain-words',
    text: `INSERT INTO audit_word (log, word, previous, occurred_at, seq, segment)
           SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[], $6::integer[])`,
    values: [
      arrayLiteral(words.map(({ row }) => row.log)),
      arrayLiteral(words.map(({ word }) => word)),
      arrayLiteral(words.map(({ previous }) => previous)),
      arrayLiteral(words.map(({ occurredAt }) => occurredAt)),
      arrayLiteral(words.map(({ row }) => String(row.seq))),
      arrayLiteral(words.map(({ row }) => row.segment)),
    ],
  });
}
