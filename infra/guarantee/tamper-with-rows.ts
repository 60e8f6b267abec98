import type pg from 'pg';

/** One thing that somebody with every right in the database can do to a log, and what the verifier has to say of it. */
export interface Tampering {
  readonly name: string;
  /** Changes rows of a log in the database. */
  do(log: TamperedLog, random: () => number): Promise<Expected>;
}

/** Between which sequence numbers the first bad one has to be named; most often there is only one. */
export interface Expected {
  readonly first: number;
  readonly last: number;
}

export interface TamperedLog {
  readonly client: pg.Client;
  readonly log: string;
  readonly rows: number;
  /** The span that holds a row: where rows were hashed anew, no verifier can say more. */
  spanOf(seq: number): Expected;
  /** The hash of a row over the one before, by the formula. */
  readonly hashOf: (
    previous: Buffer,
    row: { readonly seq: number; readonly id: string; readonly source: string; readonly body: Buffer },
  ) => Buffer;
}

const at = (seq: number): Expected => ({ first: seq, last: seq });

function pick(random: () => number, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1));
}

function edit(name: string, assignment: string): Tampering {
  return {
    name,
    async do({ client, log, rows }, random) {
      const seq = pick(random, 1, rows);
      const sql = `UPDATE audit_event SET ${assignment} WHERE log = $1 AND seq = $2`;
      await client.query(sql.replaceAll('$random', String(Math.floor(random() * 2 ** 31))), [log, seq]);
      return at(seq);
    },
  };
}

/** `seq` goes through a value that no row has: it is unique. */
async function swap(
  { client, log }: TamperedLog,
  one: number,
  other: number,
  columns: readonly string[],
): Promise<void> {
  await client.query(
    `UPDATE audit_event AS row SET (${columns.join(', ')}) = (
       SELECT ${columns.map((name) => `${name}${name === 'id' ? ` || '-swapped'` : ''}`).join(', ')} FROM audit_event AS other
       WHERE other.log = row.log AND other.seq = $2::bigint + $3::bigint - row.seq)
     WHERE row.log = $1 AND row.seq IN ($2, $3)`,
    [log, one, other],
  );
  if (columns.includes('id'))
    await client.query(
      `UPDATE audit_event SET id = replace(id, '-swapped', '') WHERE log = $1 AND seq IN ($2, $3)`,
      [log, one, other],
    );
}

/** Sets the head, and forgets every checkpoint that knew of more: the database is then at one with itself. */
async function forgetAfter({ client, log }: TamperedLog, seq: number): Promise<void> {
  await client.query(
    `UPDATE chain_head SET seq = $2, hash = coalesce(
       (SELECT hash FROM audit_event WHERE log = $1 AND seq = $2), decode(repeat('00', 32), 'hex')) WHERE log = $1`,
    [log, seq],
  );
  await client.query(
    `DELETE FROM checkpoint_span WHERE number >= (SELECT min(number) FROM checkpoint_span WHERE log = $1 AND to_seq > $2)`,
    [log, seq],
  );
  await client.query(
    'DELETE FROM checkpoint WHERE NOT EXISTS (SELECT FROM checkpoint_span WHERE checkpoint_span.number = checkpoint.number)',
  );
}

/** Computes the chain anew from a row on, as ingest would have. */
async function rehash({ client, log, hashOf }: TamperedLog, from: number): Promise<void> {
  const { rows } = await client.query<{
    seq: string;
    id: string;
    source: string;
    body: Buffer;
    hash: Buffer;
  }>('SELECT seq, id, source, body, hash FROM audit_event WHERE log = $1 AND seq >= $2 ORDER BY seq', [
    log,
    from - 1,
  ]);
  let previous: Buffer = from === 1 ? Buffer.alloc(32) : (rows[0]?.hash ?? Buffer.alloc(32));
  const anew = rows
    .filter(({ seq }) => Number(seq) >= from)
    .map((row) => {
      previous = hashOf(previous, { ...row, seq: Number(row.seq) });
      return { seq: row.seq, hash: previous };
    });
  await client.query(
    `UPDATE audit_event SET hash = anew.hash FROM unnest($2::bigint[], $3::bytea[]) AS anew (seq, hash)
     WHERE log = $1 AND audit_event.seq = anew.seq`,
    [log, anew.map(({ seq }) => seq), anew.map(({ hash }) => hash)],
  );
  await client.query('UPDATE chain_head SET hash = $2 WHERE log = $1', [log, previous]);
}

async function closeGap({ client, log }: TamperedLog, after: number, by: number): Promise<void> {
  await client.query('UPDATE audit_event SET seq = seq - $3 + 1000000 WHERE log = $1 AND seq > $2', [
    log,
    after,
    by,
  ]);
  await client.query('UPDATE audit_event SET seq = seq - 1000000 WHERE log = $1 AND seq > 1000000', [log]);
  await client.query('UPDATE chain_head SET seq = seq - $2 WHERE log = $1', [log, by]);
}

/** Every kind of tampering there is a name for. Each is done to the database as a superuser, triggers switched off. */
export const tamperings: readonly Tampering[] = [
  edit(
    'one byte of an event',
    'body = set_byte(body, $random % length(body), (get_byte(body, $random % length(body)) + 1) % 256)',
  ),
  edit('an event made longer', `body = body || ' '::bytea`),
  edit('another event in its place', `body = '{"outcome":"success"}'::bytea`),
  edit('the hash of a row', 'hash = sha256(hash)'),
  edit('the id of a row', `id = id || '0'`),
  edit('whence a row came', `source = source || 's'`),
  {
    name: 'an event, and the hash of its own row',
    async do(tampered, random) {
      const { client, log, rows, hashOf } = tampered;
      const seq = pick(random, 1, rows - 1);
      const { rows: found } = await client.query<{ id: string; source: string; before: Buffer | null }>(
        `SELECT id, source, (SELECT hash FROM audit_event WHERE log = $1 AND seq = $2 - 1) AS before
         FROM audit_event WHERE log = $1 AND seq = $2`,
        [log, seq],
      );
      const [row] = found;
      const body = Buffer.from('{"outcome":"denied"}');
      const hash = hashOf(row?.before ?? Buffer.alloc(32), {
        seq,
        id: row?.id ?? '',
        source: row?.source ?? '',
        body,
      });
      await client.query('UPDATE audit_event SET body = $3, hash = $4 WHERE log = $1 AND seq = $2', [
        log,
        seq,
        body,
        hash,
      ]);
      // The row fits now, and the next one does not, unless a span ends between them.
      const { first, last } = tampered.spanOf(seq);
      return seq === last ? { first, last } : at(seq + 1);
    },
  },
  {
    name: 'a row deleted',
    async do({ client, log, rows }, random) {
      const seq = pick(random, 1, rows);
      await client.query('DELETE FROM audit_event WHERE log = $1 AND seq = $2', [log, seq]);
      return at(seq);
    },
  },
  {
    name: 'rows deleted',
    async do({ client, log, rows }, random) {
      const from = pick(random, 1, rows);
      const to = pick(random, from, rows);
      await client.query('DELETE FROM audit_event WHERE log = $1 AND seq BETWEEN $2 AND $3', [log, from, to]);
      return at(from);
    },
  },
  {
    name: 'a row deleted and the gap closed',
    async do(tampered, random) {
      const seq = pick(random, 1, tampered.rows - 1);
      await tampered.client.query('DELETE FROM audit_event WHERE log = $1 AND seq = $2', [tampered.log, seq]);
      await closeGap(tampered, seq, 1);
      return at(seq);
    },
  },
  {
    name: 'two rows swapped',
    async do(tampered, random) {
      const one = pick(random, 1, tampered.rows - 1);
      await swap(tampered, one, pick(random, one + 1, tampered.rows), ['id', 'source', 'hash', 'body']);
      return at(one);
    },
  },
  {
    name: 'two events swapped',
    async do(tampered, random) {
      const one = pick(random, 1, tampered.rows - 1);
      await swap(tampered, one, pick(random, one + 1, tampered.rows), ['body']);
      return at(one);
    },
  },
  {
    name: 'a row put in twice',
    async do(tampered, random) {
      const { client, log, rows } = tampered;
      const seq = pick(random, 1, rows - 1);
      await client.query('UPDATE audit_event SET seq = seq + 1000001 WHERE log = $1 AND seq > $2', [
        log,
        seq,
      ]);
      await client.query('UPDATE audit_event SET seq = seq - 1000000 WHERE log = $1 AND seq > 1000000', [
        log,
      ]);
      await client.query(
        `INSERT INTO audit_event (id, log, seq, segment, source, hash, body, readable, occurred_at, service, action, outcome)
         SELECT id || '2', log, seq + 1, segment, source, hash, body, readable, occurred_at, service, action, outcome
         FROM audit_event WHERE log = $1 AND seq = $2`,
        [log, seq],
      );
      await client.query('UPDATE chain_head SET seq = seq + 1 WHERE log = $1', [log]);
      return at(seq + 1);
    },
  },
  {
    name: 'the end cut off',
    async do({ client, log, rows }, random) {
      const from = pick(random, 1, rows);
      await client.query('DELETE FROM audit_event WHERE log = $1 AND seq >= $2', [log, from]);
      return at(from);
    },
  },
  {
    name: 'the end cut off, with head and checkpoints',
    async do(tampered, random) {
      const from = pick(random, 1, tampered.rows);
      await tampered.client.query('DELETE FROM audit_event WHERE log = $1 AND seq >= $2', [
        tampered.log,
        from,
      ]);
      await forgetAfter(tampered, from - 1);
      return at(from);
    },
  },
  {
    name: 'everything truncated, with head and checkpoints',
    async do(tampered) {
      await tampered.client.query('DELETE FROM audit_event WHERE log = $1', [tampered.log]);
      await forgetAfter(tampered, 0);
      return at(1);
    },
  },
  {
    name: 'an event changed and all after it hashed anew',
    async do(tampered, random) {
      const seq = pick(random, 1, tampered.rows);
      await tampered.client.query(`UPDATE audit_event SET body = '{}'::bytea WHERE log = $1 AND seq = $2`, [
        tampered.log,
        seq,
      ]);
      await rehash(tampered, seq);
      return tampered.spanOf(seq);
    },
  },
  {
    name: 'the same, with the checkpoints after it removed',
    async do(tampered, random) {
      const seq = pick(random, 1, tampered.rows);
      await tampered.client.query(`UPDATE audit_event SET body = '{}'::bytea WHERE log = $1 AND seq = $2`, [
        tampered.log,
        seq,
      ]);
      await rehash(tampered, seq);
      await tampered.client.query(
        `DELETE FROM checkpoint_span WHERE number >= (SELECT min(number) FROM checkpoint_span WHERE log = $1 AND to_seq >= $2)`,
        [tampered.log, seq],
      );
      return tampered.spanOf(seq);
    },
  },
  {
    name: 'a row deleted, the gap closed and all after it hashed anew',
    async do(tampered, random) {
      const seq = pick(random, 1, tampered.rows - 1);
      await tampered.client.query('DELETE FROM audit_event WHERE log = $1 AND seq = $2', [tampered.log, seq]);
      await closeGap(tampered, seq, 1);
      await rehash(tampered, seq);
      return tampered.spanOf(seq);
    },
  },
];
