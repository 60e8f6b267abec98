import type { ClientBase } from 'pg';
import { arrayLiteral } from './array-literal.ts';
import { type ChainEntry, indexColumns } from './chain-entry.ts';
import type { ChainedEntry } from './chain-store.ts';
import { insertWords, type RowWords, wordRows } from './insert-words.ts';

const columns = [
  ['id', 'text'],
  ['log', 'text'],
  ['source', 'text'],
  ['body_from', 'integer'],
  ['body_length', 'integer'],
  ['readable', 'boolean'],
  ['occurred_at', 'timestamptz'],
  ['service', 'text'],
  ['action', 'text'],
  ['required_action', 'text'],
  ['access', 'text'],
  ['outcome', 'text'],
  ['actor_id', 'text'],
  ['pat_id', 'text'],
  ['target_id', 'text'],
  ['app_id', 'text'],
  ['resource', 'text'],
  ['request_id', 'text'],
  ['ip', 'inet'],
  ['search', 'text'],
  ['seq', 'bigint'],
  ['segment', 'integer'],
] as const;

/**
 * Bodies and hashes are two values of bytes, one behind the other, of which each row takes its part: in an array each
 * would be escaped here, and read there character by character.
 */
const expressions: Readonly<Record<string, string>> = {
  body: `substring($${columns.length + 1}::bytea FROM body_from FOR body_length)`,
  hash: `substring($${columns.length + 2}::bytea FROM (place::integer - 1) * 32 + 1 FOR 32)`,
  occurred_at: 'coalesce(occurred_at, now())',
  search: `array_to_tsvector(string_to_array(search, ' '))`,
};
const plain = columns
  .map(([name]) => name)
  .filter((name) => !(name in expressions || name.startsWith('body_')));
const insertText = `
  INSERT INTO audit_event (${[...plain, ...Object.keys(expressions)].join(', ')})
  SELECT ${[...plain, ...Object.values(expressions)].join(', ')}
  FROM unnest(${columns.map(([, type], n) => `$${n + 1}::${type}[]`).join(', ')})
       WITH ORDINALITY AS row (${columns.map(([name]) => name).join(', ')}, place)`;

/** What is inserted of entries, in the form in which it is sent, but for their places in the chain. */
export interface RowValues {
  readonly columns: readonly string[];
  readonly bodies: Buffer;
  readonly words: readonly RowWords[];
}

/** Made before any chain is locked: it is most of what this process spends on a row. */
export function rowValues(entries: readonly ChainEntry[]): RowValues {
  let bodyFrom = 1;
  const words: RowWords[] = [];
  const rows = entries.map((entry, place) => {
    const { id, log, source, body, event } = entry;
    const index = indexColumns(entry);
    if (index.occurredAt !== null && index.words.length > 0)
      words.push({ place, occurredAt: index.occurredAt, words: wordRows(index.words) });
    const from = bodyFrom;
    bodyFrom += body.byteLength;
    return [
      id,
      log,
      source,
      from,
      body.byteLength,
      event !== null,
      index.occurredAt,
      index.service,
      index.action,
      index.requiredAction,
      index.access,
      index.outcome,
      index.actorId,
      index.patId,
      index.targetId,
      index.appId,
      index.resource,
      index.requestId,
      index.ip,
      // With the log as one word more: the index is one over all logs.
      index.words.length > 0 ? [log, ...index.words].join(' ') : null,
    ];
  });
  return {
    columns: columns.slice(0, -2).map((_column, n) => arrayLiteral(rows.map((row) => row[n] ?? null))),
    bodies: Buffer.concat(entries.map(({ body }) => body)),
    words,
  };
}

/** @param values of the same entries, in the same order */
export async function insertRows(
  client: ClientBase,
  chained: readonly ChainedEntry[],
  values: RowValues,
): Promise<void> {
  const places = [
    arrayLiteral(chained.map(({ seq }) => String(seq))),
    arrayLiteral(chained.map(({ segment }) => segment)),
  ];
  const hashes = Buffer.concat(chained.map(({ hash }) => hash));
  await client.query({
    name: 'chain-append',
    text: insertText,
    values: [...values.columns, ...places, values.bodies, hashes],
  });
  await insertWords(client, chained, values.words);
}
