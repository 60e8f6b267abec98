import { Rounds } from '@pcft/background';
import { closeEventPool, createEventPool, type TransactionClient } from '@pcft/events';
import { rememberedSeconds, staleSeconds, type KeyRow } from './judge-row.ts';

/** A call's hold on a key. */
export interface Claim {
  readonly scope: Buffer;
  /** A fresh UUID: what it says is written only while the row still carries it. */
  readonly claim: string;
}

type Asked = Claim & Pick<KeyRow, 'holder' | 'fingerprint'>;

/** The keys that callers have used, in the service's own database. Rejects when that does not answer. */
export interface IdempotencyStore {
  /** Claims a key that nobody has used. False: somebody has. */
  claim(asked: Asked): Promise<boolean>;
  find(scope: Buffer): Promise<KeyRow | null>;
  /** Takes a key over from a claim that is stale without effect, or forgotten by now. False: it is not, any more. */
  takeOver(from: string, asked: Asked): Promise<boolean>;
  /** Marks the effect inside its own transaction. False: the key was lost to another call, so nothing may be done. */
  effect(transaction: TransactionClient, claim: Claim): Promise<boolean>;
  finish(claim: Claim, answer: Buffer): Promise<void>;
  /** Gives a key back that nothing was done with. */
  release(claim: Claim): Promise<void>;
  /** Forgets keys of more than a day ago, a bounded number at a time; begins by itself. */
  startPruning(): void;
  close(): Promise<void>;
}

export interface IdempotencyStoreOptions {
  readonly databaseUrl: string;
  /** The service's name, for `pg_stat_activity`. */
  readonly service: string;
  readonly onError: (error: unknown) => void;
  /** Default: once a minute. */
  readonly pruneEveryMs?: number;
}

/** A claim comes before all else a call does within its two seconds. */
const statementTimeoutMs = 700;
const pruneAtOnce = 1_000;

const free = `claimed_at < now() - interval '${rememberedSeconds} seconds'
  OR (NOT effected AND answer IS NULL AND claimed_at < now() - interval '${staleSeconds} seconds')`;

export function createIdempotencyStore(options: IdempotencyStoreOptions): IdempotencyStore {
  const pool = createEventPool({
    databaseUrl: options.databaseUrl,
    name: `${options.service} idempotency`,
    connections: 4,
    statementTimeoutMs,
    onError: options.onError,
  });
  const pruning = new Rounds({
    run: prune,
    everyMs: options.pruneEveryMs ?? 60_000,
    onError: options.onError,
  });

  async function changed(name: string, text: string, values: unknown[]): Promise<boolean> {
    const { rowCount } = await pool.query({ name: `idempotency-${name}`, text, values });
    return rowCount === 1;
  }

  async function prune(): Promise<void> {
    while (!pruning.stopped) {
      const { rowCount } = await pool.query(
        `DELETE FROM idempotency_key WHERE scope IN (
           SELECT scope FROM idempotency_key WHERE claimed_at < now() - make_interval(secs => $1)
           ORDER BY claimed_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
        [rememberedSeconds, pruneAtOnce],
      );
      if ((rowCount ?? 0) < pruneAtOnce) return;
    }
  }

  return {
    claim: ({ scope, claim, holder, fingerprint }) =>
      changed(
        'claim',
        // A row that is there is looked for first: ON CONFLICT would wait for the transaction that marks its effect.
        `INSERT INTO idempotency_key (scope, claim, holder, fingerprint)
         SELECT $1::bytea, $2::uuid, $3::bytea, $4::bytea
         WHERE NOT EXISTS (SELECT FROM idempotency_key WHERE scope = $1)
         ON CONFLICT (scope) DO NOTHING`,
        [scope, claim, holder, fingerprint],
      ),

    async find(scope) {
      const { rows } = await pool.query<KeyRow>({
        name: 'idempotency-find',
        text: `SELECT claim::text, holder, fingerprint, effected, answer,
                 extract(epoch FROM clock_timestamp() - claimed_at)::float8 AS "ageSeconds"
               FROM idempotency_key WHERE scope = $1`,
        values: [scope],
      });
      return rows[0] ?? null;
    },

    takeOver: (from, { scope, claim, holder, fingerprint }) =>
      changed(
        'take-over',
        `UPDATE idempotency_key SET claim = $3, holder = $4, fingerprint = $5, claimed_at = clock_timestamp(),
           effected = false, answer = NULL
         WHERE scope = $1 AND claim = $2 AND (${free})`,
        [scope, from, claim, holder, fingerprint],
      ),

    async effect(transaction, { scope, claim }) {
      const rows = await transaction.$queryRawUnsafe<unknown[]>(
        `UPDATE idempotency_key SET effected = true
         WHERE scope = decode($1, 'hex') AND claim = $2::text::uuid AND NOT effected RETURNING 1 AS marked`,
        scope.toString('hex'),
        claim,
      );
      return rows.length === 1;
    },

    async finish({ scope, claim }, answer) {
      const text = 'UPDATE idempotency_key SET answer = $3 WHERE scope = $1 AND claim = $2';
      await changed('finish', text, [scope, claim, answer]);
    },

    async release({ scope, claim }) {
      const text = `DELETE FROM idempotency_key WHERE scope = $1 AND claim = $2 AND NOT effected AND answer IS NULL`;
      await changed('release', text, [scope, claim]);
    },

    startPruning: () => pruning.start(),

    async close() {
      await pruning.stop();
      await closeEventPool(pool);
    },
  };
}
