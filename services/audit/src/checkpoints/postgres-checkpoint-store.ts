import {
  firstPrevious,
  merklePaths,
  spanLeaf,
  statementHash,
  type Checkpoint,
  type ProvenSpan,
  type Span,
} from '@pcft/audit-proof';
import { closeEventPool, createEventPool } from '@pcft/events';
import type { ClientBase } from 'pg';
import type { CheckpointStore, MadeCheckpoint } from './checkpoint-store.ts';
import { collectSpans, type MovedHead, type RowHash } from './collect-spans.ts';

export interface CheckpointStoreOptions {
  readonly databaseUrl: string;
  /** Public half of the key in use, which is written down with its first checkpoint. */
  readonly key: { readonly kid: string; readonly x: string };
  readonly onError: (error: unknown) => void;
  /** Rows in one span at most. Default 16,384. */
  readonly mostRows?: number;
}

/** Held by whoever makes checkpoints. Any number that nothing else in this database uses. */
const lockKey = 770_021;
const fetchRows = 10_000;
/** Logs sealed by one checkpoint; more follow with the next. */
const mostLogs = 50_000;

const spanColumns = `log, from_seq, to_seq, encode(hash, 'hex') AS hash, encode(rows_root, 'hex') AS rows_root`;

interface SpanRow {
  readonly number: string;
  readonly place: number;
  readonly log: string;
  readonly from_seq: string;
  readonly to_seq: string;
  readonly hash: string;
  readonly rows_root: string;
}

interface CheckpointRow extends Checkpoint {
  readonly number: string;
}

/** Checkpoints in PostgreSQL. Walks over rows with a cursor, so pg itself rather than Prisma. */
export function createPostgresCheckpointStore(
  options: CheckpointStoreOptions,
): CheckpointStore & { close(): Promise<void> } {
  const { databaseUrl, key, onError, mostRows = 16_384 } = options;
  const pool = createEventPool({
    databaseUrl,
    name: 'audit checkpoints',
    connections: 3,
    statementTimeoutMs: 30_000,
    onError,
  });

  async function withClient<T>(work: (client: ClientBase) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      return await work(client);
    } catch (error) {
      broken = error instanceof Error ? error : new Error(String(error));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async function full(client: ClientBase, rows: readonly CheckpointRow[]): Promise<MadeCheckpoint[]> {
    const { rows: spans } = await client.query<SpanRow>(
      `SELECT number, place, ${spanColumns} FROM checkpoint_span WHERE number = ANY($1) ORDER BY number, place`,
      [rows.map(({ number }) => number)],
    );
    const byNumber = Map.groupBy(spans, ({ number }) => number);
    return rows.map(({ number, statement, signature, kid }) => ({
      number: Number(number),
      checkpoint: { statement, signature, kid },
      spans: (byNumber.get(number) ?? []).map(toSpan),
    }));
  }

  async function proven(
    client: ClientBase,
    where: string,
    values: readonly unknown[],
  ): Promise<ProvenSpan[]> {
    const { rows } = await client.query<SpanRow & Checkpoint & { path: Buffer }>(
      `SELECT number, place, ${spanColumns}, path, statement, signature, kid
       FROM checkpoint_span JOIN checkpoint USING (number) WHERE ${where}`,
      [...values],
    );
    return rows.map(({ path, statement, signature, kid, ...span }) => ({
      ...toSpan(span),
      index: span.place,
      path: hashesOf(path),
      checkpoint: { statement, signature, kid },
    }));
  }

  return {
    alone: (work) =>
      withClient(async (client) => {
        const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [
          lockKey,
        ]);
        if (rows[0]?.held !== true) return null;
        try {
          return await work();
        } finally {
          await client.query('SELECT pg_advisory_unlock($1)', [lockKey]);
        }
      }),

    make: (sign) =>
      withClient(async (client) => {
        // One snapshot: heads and rows of one moment.
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
        const heads = await movedHeads(client);
        if (heads.length === 0) {
          await client.query('COMMIT');
          return null;
        }
        const { spans, broken } = await collectSpans(heads, rowHashes(client, heads), mostRows);
        broken.forEach(onError);
        if (spans.length === 0) {
          await client.query('ROLLBACK');
          return null;
        }
        const { rows } = await client.query<CheckpointRow & { now: Date }>(
          `SELECT now(), last.* FROM (VALUES (1)) AS one
           LEFT JOIN (SELECT number, statement, signature, kid FROM checkpoint ORDER BY number DESC LIMIT 1) AS last ON true`,
        );
        const last = rows[0];
        const about = {
          number: Number(last?.number ?? 0) + 1,
          made_at: (last?.now ?? new Date()).toISOString(),
          previous: last?.statement ? statementHash(last) : firstPrevious,
        };
        const checkpoint = sign(about, spans);
        await insert(client, { ...about, checkpoint, spans }, key);
        await client.query('COMMIT');
        return { number: about.number, checkpoint, spans };
      }),

    after: (number, limit) =>
      withClient(async (client) => {
        const { rows } = await client.query<CheckpointRow>(
          'SELECT number, statement, signature, kid FROM checkpoint WHERE number > $1 ORDER BY number LIMIT $2',
          [number, limit],
        );
        return full(client, rows);
      }),

    latest: () =>
      withClient(async (client) => {
        const { rows } = await client.query<{ number: string }>(
          'SELECT coalesce(max(number), 0) AS number FROM checkpoint',
        );
        return Number(rows[0]?.number ?? 0);
      }),

    spans: (logs, { limit, offset }) =>
      withClient(async (client) => {
        const items = await proven(
          client,
          'log = ANY($1) ORDER BY number DESC, place DESC LIMIT $2 OFFSET $3',
          [logs, limit, offset],
        );
        const { rows: counted } = await client.query<{ total: string }>(
          'SELECT count(*) AS total FROM checkpoint_span WHERE log = ANY($1)',
          [logs],
        );
        return { items, total: Number(counted[0]?.total ?? 0) };
      }),

    spansFrom: (log, seq, limit) =>
      withClient((client) =>
        proven(client, 'log = $1 AND to_seq >= $2 ORDER BY to_seq LIMIT $3', [log, String(seq), limit]),
      ),

    keys: () =>
      withClient(async (client) => {
        const { rows } = await client.query<{ kid: string; x: string }>(
          'SELECT kid, x FROM checkpoint_key ORDER BY first_used DESC, kid',
        );
        return rows;
      }),

    close: () => closeEventPool(pool),
  };
}

function toSpan({ log, from_seq: from, to_seq: to, hash, rows_root }: SpanRow): Span {
  return { log, from_seq: Number(from), to_seq: Number(to), hash, rows_root };
}

function hashesOf(path: Buffer): string[] {
  return Array.from({ length: path.length / 32 }, (_, n) => path.toString('hex', n * 32, n * 32 + 32));
}

async function movedHeads(client: ClientBase): Promise<MovedHead[]> {
  const { rows } = await client.query<{ log: string; seq: string; hash: Buffer; sealed_to: string }>(`
    SELECT head.log, head.seq, head.hash, coalesce(last.to_seq, 0) AS sealed_to
    FROM chain_head AS head
    LEFT JOIN LATERAL (
      SELECT to_seq FROM checkpoint_span AS span WHERE span.log = head.log ORDER BY to_seq DESC LIMIT 1
    ) AS last ON true
    WHERE head.seq > coalesce(last.to_seq, 0)
    ORDER BY head.log LIMIT ${mostLogs}`);
  return rows.map(({ log, seq, hash, sealed_to }) => ({
    log,
    hash,
    seq: BigInt(seq),
    sealedTo: BigInt(sealed_to),
  }));
}

async function* rowHashes(client: ClientBase, heads: readonly MovedHead[]): AsyncGenerator<RowHash> {
  const grew = Map.groupBy(heads, ({ seq, sealedTo }) =>
    seq - sealedTo > BigInt(fetchRows) ? 'much' : 'little',
  );
  for (const head of grew.get('much') ?? []) yield* rowHashesOf(client, head);
  yield* rowHashesTogether(client, grew.get('little') ?? []);
}

/** Page by page along the chain: together with others, all of its rows would be sorted first. */
async function* rowHashesOf(client: ClientBase, head: MovedHead): AsyncGenerator<RowHash> {
  for (let after = head.sealedTo; after < head.seq;) {
    const { rows } = await client.query<{ seq: string; segment: number; hash: Buffer }>(
      `SELECT seq, segment, hash FROM audit_event
       WHERE log = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT ${fetchRows}`,
      [head.log, String(after), String(head.seq)],
    );
    for (const { seq, segment, hash } of rows) yield { log: head.log, seq: BigInt(seq), segment, hash };
    const last = rows.at(-1);
    if (!last) return;
    after = BigInt(last.seq);
  }
}

/**
 * Of chains that grew little. Chain by chain inside the statement too: were it left to the plan, a long log would be read
 * as a whole, in the order of the chain, for its newest thousand rows.
 */
async function* rowHashesTogether(client: ClientBase, heads: readonly MovedHead[]): AsyncGenerator<RowHash> {
  if (heads.length === 0) return;
  await client.query(
    `DECLARE rows NO SCROLL CURSOR FOR
     SELECT moved.log, event.seq, event.segment, event.hash
     FROM unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS moved (log, sealed_to, seq, place)
     CROSS JOIN LATERAL (
       SELECT seq, segment, hash FROM audit_event
       WHERE audit_event.log = moved.log AND audit_event.seq > moved.sealed_to AND audit_event.seq <= moved.seq
       ORDER BY seq LIMIT ${fetchRows}
     ) AS event
     ORDER BY moved.place, event.seq`,
    [
      heads.map(({ log }) => log),
      heads.map(({ sealedTo }) => String(sealedTo)),
      heads.map(({ seq }) => String(seq)),
    ],
  );
  for (;;) {
    const { rows } = await client.query<{ log: string; seq: string; segment: number; hash: Buffer }>(
      `FETCH ${fetchRows} FROM rows`,
    );
    for (const { log, seq, segment, hash } of rows) yield { log, seq: BigInt(seq), segment, hash };
    if (rows.length < fetchRows) return;
  }
}

async function insert(
  client: ClientBase,
  made: MadeCheckpoint & { readonly made_at: string },
  { kid, x }: { readonly kid: string; readonly x: string },
): Promise<void> {
  const { number, made_at: madeAt, checkpoint, spans } = made;
  await client.query('INSERT INTO checkpoint_key (kid, x) VALUES ($1, $2) ON CONFLICT DO NOTHING', [kid, x]);
  await client.query(
    'INSERT INTO checkpoint (number, made_at, statement, signature, kid) VALUES ($1, $2, $3, $4, $5)',
    [number, madeAt, checkpoint.statement, checkpoint.signature, checkpoint.kid],
  );
  await client.query(
    `INSERT INTO checkpoint_span (number, place, log, from_seq, to_seq, hash, rows_root, path)
     SELECT $1, place - 1, log, from_seq, to_seq, decode(hash, 'hex'), decode(rows_root, 'hex'), decode(path, 'hex')
     FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[])
          WITH ORDINALITY AS span (log, from_seq, to_seq, hash, rows_root, path, place)`,
    [
      number,
      spans.map(({ log }) => log),
      spans.map(({ from_seq: from }) => from),
      spans.map(({ to_seq: to }) => to),
      spans.map(({ hash }) => hash),
      spans.map(({ rows_root: root }) => root),
      merklePaths(spans.map(spanLeaf)).map((path) => Buffer.concat(path).toString('hex')),
    ],
  );
}
