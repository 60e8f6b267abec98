import { chmodSync, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { segmentAfter, segmentEnd, segmentOf } from '../../services/audit/src/segments/segment.ts';
import { copiedColumns, History } from './history.ts';

export interface FillOptions {
  /** A superuser of audit's database: the server reads the files itself. */
  readonly superuserUrl: string;
  /** Owns the tables. */
  readonly owner: string;
  readonly log: string;
  readonly rows: number;
  /** Spread over so many months that are past, as many rows in each. */
  readonly months: number;
}

/**
 * Gives a log a past: rows as ingest would have chained them, with the same columns by the same code, hash by hash. Only
 * the way into the database is another: files, a partition each, indexes built afterwards. What the log has already comes
 * first in the chain, and is moved into the oldest month.
 */
export async function fillLog(options: FillOptions): Promise<void> {
  const { log, rows, months } = options;
  const client = new pg.Client({ connectionString: options.superuserUrl });
  await client.connect();
  const folder = mkdtempSync(join(tmpdir(), 'audit-log-'));
  // The server runs as another user where this one is root.
  chmodSync(folder, 0o755);
  try {
    await client.query(
      `SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET lock_timeout = '30s'`,
    );
    const { rows: heads } = await client.query<{ seq: string; hash: Buffer }>(
      'SELECT seq, hash FROM chain_head WHERE log = $1',
      [log],
    );
    const [head] = heads;
    if (!head) throw new Error(`${log} has no chain`);
    const history = new History(log, { seq: BigInt(head.seq), hash: head.hash });
    const first = segmentAfter(segmentOf(new Date()), -months);
    let loading: Promise<void> = Promise.resolve();
    for (let month = 0; month < months; month++) {
      const segment = segmentAfter(first, month);
      const file = join(folder, `${segment}.copy`);
      await writeMonth(history, file, segment, Math.ceil(rows / months));
      // One month is loaded and indexed while the next is made.
      await loading;
      loading = loadMonth(client, options.owner, file, segment);
      loading.catch(() => undefined);
    }
    await loading;
    await moveHead(client, log, {
      first,
      last: segmentAfter(first, months - 1),
      seqBefore: head.seq,
      history,
    });
    // Otherwise autovacuum would be at all these months while they are measured.
    await client.query('VACUUM (ANALYZE) audit_event');
    await client.query('VACUUM (FREEZE, ANALYZE) audit_word');
    await client.query('ANALYZE event_day');
  } finally {
    await client.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeMonth(history: History, file: string, segment: number, rows: number): Promise<void> {
  const out = createWriteStream(file, { mode: 0o644, highWaterMark: 4 * 1024 * 1024 });
  const start = segmentEnd(segmentAfter(segment, -1)).getTime();
  const step = (segmentEnd(segment).getTime() - start) / rows;
  let chunk = '';
  for (let n = 0; n < rows; n++) {
    chunk += history.line(Math.floor(start + n * step), segment);
    if (chunk.length < 1_000_000) continue;
    if (!out.write(chunk, 'latin1')) await once(out, 'drain');
    chunk = '';
  }
  out.end(chunk, 'latin1');
  await once(out, 'close');
}

async function loadMonth(client: pg.Client, owner: string, file: string, segment: number): Promise<void> {
  const name = `audit_event_${segment}`;
  await client.query('BEGIN');
  await client.query(`SET LOCAL ROLE ${owner}`);
  await client.query(`CREATE TABLE ${name} (LIKE audit_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
    CONSTRAINT only_one CHECK (segment = ${segment}))
    WITH (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_freeze_min_age = 1000000)`);
  await client.query('RESET ROLE');
  // As autovacuum would have left them long ago.
  await client.query(`COPY ${name} (${copiedColumns}) FROM '${file}' (FREEZE)`);
  rmSync(file);
  await client.query(`SET LOCAL ROLE ${owner}`);
  await client.query(`CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR TRUNCATE ON ${name}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`);
  await client.query(`ALTER TABLE audit_event ATTACH PARTITION ${name} FOR VALUES IN (${segment})`);
  await client.query('SELECT add_segment($1)', [segment]);
  await client.query(
    `INSERT INTO audit_word (log, word, occurred_at, seq, segment, previous)
     SELECT event.log, found.word, event.occurred_at, event.seq, event.segment,
            coalesce(lag(found.word) OVER (PARTITION BY event.seq ORDER BY found.word), '')
     FROM ${name} AS event
     CROSS JOIN LATERAL (SELECT word COLLATE "C" FROM unnest(tsvector_to_array(event.search)) AS word) AS found (word)
     WHERE event.search IS NOT NULL AND found.word <> event.log`,
  );
  await client.query('COMMIT');
}

async function moveHead(
  client: pg.Client,
  log: string,
  past: {
    readonly first: number;
    readonly last: number;
    readonly seqBefore: string;
    readonly history: History;
  },
): Promise<void> {
  const { first, last, seqBefore, history } = past;
  await client.query('BEGIN; SET LOCAL session_replication_role = replica');
  await client.query(
    `INSERT INTO event_day
     SELECT log, action, coalesce(required_action, ''), service, outcome, coalesce(access, ''),
            (occurred_at AT TIME ZONE 'UTC')::date, count(*)
     FROM audit_event WHERE log = $1 AND seq > $2 GROUP BY 1, 2, 3, 4, 5, 6, 7
     ON CONFLICT (log, action, required_action, service, outcome, access, day)
     DO UPDATE SET rows = event_day.rows + excluded.rows`,
    [log, seqBefore],
  );
  // What is first in the chain cannot have happened last: pages rely on months that follow each other.
  const start = segmentEnd(segmentAfter(first, -1)).toISOString();
  for (const table of ['audit_event', 'audit_word'])
    await client.query(`UPDATE ${table} SET segment = $2, occurred_at = $4 WHERE log = $1 AND seq <= $3`, [
      log,
      first,
      seqBefore,
      start,
    ]);
  const moved = await client.query(
    `UPDATE chain_head SET seq = $2, hash = $3, segment = $4, first_segment = $5 WHERE log = $1 AND seq = $6`,
    [log, String(history.seq), history.hash, last, first, seqBefore],
  );
  if (moved.rowCount !== 1) throw new Error('the log grew while it was filled');
  await client.query('COMMIT');
}
