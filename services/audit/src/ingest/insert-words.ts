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

/** Of a statement, so that it has its time also on a slow disk: a batch of texts has a hundred thousand. */
const mostLines = 10_000;

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
  for (let from = 0; from < words.length; from += mostLines) {
    const some = words.slice(from, from + mostLines);
    await client.query({
      name: 'chain-words',
      text: `INSERT INTO audit_word (log, word, previous, occurred_at, seq, segment)
             SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[], $6::integer[])`,
      values: [
        arrayLiteral(some.map(({ row }) => row.log)),
        arrayLiteral(some.map(({ word }) => word)),
        arrayLiteral(some.map(({ previous }) => previous)),
        arrayLiteral(some.map(({ occurredAt }) => occurredAt)),
        arrayLiteral(some.map(({ row }) => String(row.seq))),
        arrayLiteral(some.map(({ row }) => row.segment)),
      ],
    });
  }
}
