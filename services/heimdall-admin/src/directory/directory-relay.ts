import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { DirectoryRecord, PendingRecord } from './directory-record.ts';
import { createRefusedRecords } from './refused-records.ts';
import { callLimits as limits, splitRecords } from './split-records.ts';
import type { TokensDirectory } from './tokens-directory.ts';

export interface DirectoryRelayOptions {
  readonly databaseUrl: string;
  readonly tokens: TokensDirectory;
  readonly onError: (error: unknown) => void;
  /** How often an idle relay looks. Default 250. */
  readonly pollMs?: number;
}

/**
 * Repeats what the tokens service has not confirmed. Runs in every process; one per database works.
 *
 * Records are sent in the order they were written in, and none overtakes one that could not be sent. What tokens refuses is
 * passed over, so that it never holds up what others, or the same user, may do less from now on: each record is whole,
 * and a later version says all that an earlier one did.
 */
export interface DirectoryRelay {
  start(): void;
  /** Ends after the delivery under way. */
  stop(): Promise<void>;
}

/** "dirwall" in ASCII. */
const lockKey = '28263438021127276';
/** Younger rows are still being delivered by the call that wrote them. */
const graceMs = 500;
const requestTimeoutMs = 3_000;
const retryMs = { first: 100, last: 2_000 };
const statementTimeoutMs = 3_000;
/** A frozen relay must not keep the lock; two at once would do no harm, since versions decide. */
const idleSessionTimeoutMs = 8_000;

const readPending = `SELECT seq, kind, id, app_id, version, deleted, data FROM directory_change
  WHERE seq > $1 AND created_at < now() - interval '${graceMs} milliseconds' ORDER BY seq LIMIT ${limits.records}`;

export function createDirectoryRelay(options: DirectoryRelayOptions): DirectoryRelay {
  const { tokens, onError, pollMs = 250 } = options;
  const stopping = new AbortController();
  const refusals = createRefusedRecords(() => performance.now());
  let running: Promise<void> | null = null;

  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await withConnection(options, async (client) => {
          while (!stopping.signal.aborted && !(await isLeading(client))) await pause(1_000);
          await relay(client);
        });
      } catch (error) {
        onError(error);
        await pause(1_000);
      }
    }
  }

  async function relay(client: pg.Client): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      failures = (await round(client)) ? 0 : failures + 1;
      await pause(failures > 0 ? Math.min(retryMs.first * 2 ** (failures - 1), retryMs.last) : pollMs);
    }
  }

  /** Goes through all that waits, a page at a time. False when tokens could not be had: the rest waits for the next round. */
  async function round(client: pg.Client): Promise<boolean> {
    const seen = new Set<bigint>();
    let after = 0n;
    for (let more = true; more && !stopping.signal.aborted;) {
      const query = { name: 'directory-read', text: readPending, values: [String(after)] };
      const { rows } = await client.query<PendingRow>(query);
      const pending = rows.map(toPending);
      for (const { seq } of pending) seen.add(seq);
      const due = pending.filter(({ seq }) => refusals.isDue(seq));
      if (!(await deliver(client, due))) return false;
      after = pending.at(-1)?.seq ?? after;
      more = rows.length === limits.records;
    }
    refusals.keep(seen);
    return true;
  }

  /** False when tokens could not be had. */
  async function deliver(client: pg.Client, pending: readonly PendingRecord[]): Promise<boolean> {
    try {
      for (const group of splitRecords(pending, limits)) await deliverGroup(client, group);
      return true;
    } catch (error) {
      onError(error);
      return false;
    }
  }

  /** One record that is refused must not hold up the others: each is tried by itself, and it alone stays. */
  async function deliverGroup(client: pg.Client, group: readonly PendingRecord[]): Promise<void> {
    const records = group.map(({ record }) => record);
    const outcome = await tokens.apply(records, requestTimeoutMs);
    if (outcome === 'applied') return confirm(client, group);
    if (group.length > 1) {
      for (const each of group) await deliverGroup(client, [each]);
      return;
    }
    for (const { seq, record } of group) {
      refusals.refuse(seq);
      onError(new Error(`tokens refuses ${record.kind} ${record.id} version ${record.version}`));
    }
  }

  return {
    start: () => void (running ??= run()),
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

interface PendingRow {
  seq: string;
  kind: string;
  id: string;
  app_id: string;
  version: number;
  deleted: boolean;
  data: unknown;
}

function toPending({ seq, ...record }: PendingRow): PendingRecord {
  return { seq: BigInt(seq), record: record as DirectoryRecord };
}

async function confirm(client: pg.Client, group: readonly PendingRecord[]): Promise<void> {
  await client.query({
    name: 'directory-confirm',
    text: 'DELETE FROM directory_change WHERE seq = ANY($1::bigint[])',
    values: [group.map(({ seq }) => String(seq))],
  });
}

async function isLeading(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
    lockKey,
  ]);
  return rows[0]?.locked === true;
}

async function withConnection(
  { databaseUrl, onError }: DirectoryRelayOptions,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'heimdall-admin directory relay',
    connectionTimeoutMillis: statementTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 100,
    keepAlive: true,
  });
  client.on('error', onError);
  try {
    await client.connect();
    await client.query(`SET idle_session_timeout = ${idleSessionTimeoutMs}`);
    await work(client);
  } finally {
    // A server that does not answer cannot be taken leave of.
    await Promise.race([client.end().catch(() => undefined), sleep(1_000, undefined, { ref: false })]);
  }
}
