import { protocol, type InvalidationRow, type Renewal } from '@pcft/auth';
import { createId } from '@pcft/credentials';
import type { Database } from '../database.ts';
import { epochSql } from '../invalidation/epoch.ts';

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

export class PrismaLeaseStore implements LeaseStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async join(service: string): Promise<{ holder: string; epoch: string; n: number }> {
    const [row] = await this.#database.$queryRaw<{ id: string; n: bigint; epoch: string }[]>`
      INSERT INTO lease_holder (id, service) VALUES (${createId('lh_')}, ${service})
      RETURNING id, (SELECT n FROM inval_pos) AS n, ${epochSql} AS epoch`;
    if (!row) throw new Error('the holder was not inserted');
    return { holder: row.id, n: Number(row.n), epoch: row.epoch };
  }

  async renew(holder: string, service: string, after: number): Promise<Renewal> {
    const [row] = await this.#database.$queryRaw<RenewalRow[]>`
      WITH touched AS (
        UPDATE lease_holder SET touched_at = now()
        WHERE id = ${holder} AND service = ${service} AND closed_at IS NULL
          AND touched_at < now() - ${protocol.TOUCH_INTERVAL_MS}::int * interval '1 millisecond'
      )
      SELECT EXISTS (SELECT FROM lease_holder
                     WHERE id = ${holder} AND service = ${service} AND closed_at IS NULL) AS open,
             ${epochSql} AS epoch,
             position.n,
             position.n > ${after}::bigint AND (
               position.n - ${after}::bigint > ${maxRows}::int
               OR NOT EXISTS (SELECT FROM inval_log WHERE n = ${after}::bigint + 1)) AS pruned,
             (SELECT coalesce(json_agg(json_build_object('n', n, 'kind', kind, 'id', id) ORDER BY n), '[]')
              FROM inval_log WHERE n > ${after}::bigint AND n <= ${after}::bigint + ${maxRows}::int) AS rows
      FROM inval_pos AS position`;
    if (!row?.open) return { open: false };
    return { open: true, epoch: row.epoch, n: Number(row.n), rows: row.pruned ? null : row.rows };
  }

  async leave(holder: string, service: string): Promise<void> {
    await this.#database.$executeRaw`DELETE FROM lease_holder WHERE id = ${holder} AND service = ${service}`;
  }

  async holders(): Promise<string[]> {
    const rows = await this.#database.leaseHolder.findMany({ select: { id: true } });
    return rows.map(({ id }) => id);
  }

  async closeSilent(): Promise<string[]> {
    await this.#database.$executeRaw`
      UPDATE lease_holder SET closed_at = now() WHERE closed_at IS NULL
        AND touched_at < now() - ${protocol.CLOSE_AFTER_MS}::int * interval '1 millisecond'`;
    const rows = await this.#database.leaseHolder.findMany({
      where: { closedAt: { not: null } },
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }

  async deleteClosed(holders: readonly string[]): Promise<void> {
    await this.#database.leaseHolder.deleteMany({
      where: { id: { in: [...holders] }, closedAt: { not: null } },
    });
  }

  async epoch(): Promise<string> {
    const [row] = await this.#database.$queryRaw<{ epoch: string }[]>`SELECT ${epochSql} AS epoch`;
    if (!row) throw new Error('the database has no epoch');
    return row.epoch;
  }
}
