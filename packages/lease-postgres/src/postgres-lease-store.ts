import { protocol, type InvalidationRow, type Renewal } from '@pcft/auth';
import { createId } from '@pcft/credentials';
import { epochText } from './epoch-sql.ts';
import type { Statements } from './statements.ts';

/** So many rows in one renewal at most; who is further behind drops the whole cache, which is cheaper. */
const maxRows = 5_000;

/** The `lease_holder` table (rules 3, 4 and 7 of "Resolving a PAT"). */
export interface LeaseStore {
  /** Commits a holder row under a fresh id. Grants nothing. */
  join(service: string): Promise<{ readonly holder: string; readonly epoch: string; readonly n: number }>;
  /** One statement: holder open, position, rows after. Touches the row when it was not touched for 2 s. */
  renew(holder: string, service: string, after: number): Promise<Renewal>;
  leave(holder: string, service: string): Promise<void>;
  /** All of them, closed ones too. */
  holders(): Promise<string[]>;
  /** Marks silent holders closed; returns all that are closed now. */
  closeSilent(): Promise<string[]>;
  deleteClosed(holders: readonly string[]): Promise<void>;
  epoch(): Promise<string>;
}

interface RenewalRow {
  open: boolean;
  epoch: string;
  n: bigint;
  pruned: boolean;
  rows: InvalidationRow[];
}

const join = `
  INSERT INTO lease_holder (id, service) VALUES ($1, $2)
  RETURNING id, (SELECT n FROM inval_pos) AS n, ${epochText} AS epoch`;

const renew = `
  WITH touched AS (
    UPDATE lease_holder SET touched_at = now()
    WHERE id = $1 AND service = $2 AND closed_at IS NULL
      AND touched_at < now() - $4::int * interval '1 millisecond'
  )
  SELECT EXISTS (SELECT FROM lease_holder WHERE id = $1 AND service = $2 AND closed_at IS NULL) AS open,
         ${epochText} AS epoch,
         position.n,
         position.n > $3::bigint AND (
           position.n - $3::bigint > $5::int
           OR NOT EXISTS (SELECT FROM inval_log WHERE n = $3::bigint + 1)) AS pruned,
         (SELECT coalesce(json_agg(json_build_object('n', n, 'kind', kind, 'id', id) ORDER BY n), '[]')
          FROM inval_log WHERE n > $3::bigint AND n <= $3::bigint + $5::int) AS rows
  FROM inval_pos AS position`;

const closeSilent = `
  UPDATE lease_holder SET closed_at = now() WHERE closed_at IS NULL
    AND touched_at < now() - $1::int * interval '1 millisecond'`;

/** The tables `lease_holder`, `inval_pos`, `inval_log` and `epoch` of the service's own database. */
export class PostgresLeaseStore implements LeaseStore {
  readonly #database: Statements;

  constructor(database: Statements) {
    this.#database = database;
  }

  async join(service: string): Promise<{ holder: string; epoch: string; n: number }> {
    const [row] = await this.#database.$queryRawUnsafe<{ id: string; n: bigint; epoch: string }[]>(
      join,
      createId('lh_'),
      service,
    );
    if (!row) throw new Error('the holder was not inserted');
    return { holder: row.id, n: Number(row.n), epoch: row.epoch };
  }

  async renew(holder: string, service: string, after: number): Promise<Renewal> {
    const [row] = await this.#database.$queryRawUnsafe<RenewalRow[]>(
      renew,
      holder,
      service,
      after,
      protocol.TOUCH_INTERVAL_MS,
      maxRows,
    );
    if (!row?.open) return { open: false };
    return { open: true, epoch: row.epoch, n: Number(row.n), rows: row.pruned ? null : row.rows };
  }

  async leave(holder: string, service: string): Promise<void> {
    await this.#database.$executeRawUnsafe(
      'DELETE FROM lease_holder WHERE id = $1 AND service = $2',
      holder,
      service,
    );
  }

  holders(): Promise<string[]> {
    return this.#ids('SELECT id FROM lease_holder');
  }

  async closeSilent(): Promise<string[]> {
    await this.#database.$executeRawUnsafe(closeSilent, protocol.CLOSE_AFTER_MS);
    return this.#ids('SELECT id FROM lease_holder WHERE closed_at IS NOT NULL');
  }

  async deleteClosed(holders: readonly string[]): Promise<void> {
    await this.#database.$executeRawUnsafe(
      'DELETE FROM lease_holder WHERE id = ANY($1::text[]) AND closed_at IS NOT NULL',
      holders,
    );
  }

  async epoch(): Promise<string> {
    const [row] = await this.#database.$queryRawUnsafe<{ epoch: string }[]>(`SELECT ${epochText} AS epoch`);
    if (!row) throw new Error('the database has no epoch');
    return row.epoch;
  }

  async #ids(query: string): Promise<string[]> {
    const rows = await this.#database.$queryRawUnsafe<{ id: string }[]>(query);
    return rows.map(({ id }) => id);
  }
}
