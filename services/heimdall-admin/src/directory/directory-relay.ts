import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { DirectoryRecord, PendingRecord } from './directory-record.ts';
import { callLimits as limits, splitRecords } from './split-records.ts';
import type { TokensDirectory } from './tokens-directory.ts';

export interface DirectoryRelayOptions {
  readonly databaseUrl: string;
  readonly tokens: TokensDirectory;
  readonly onError: (error: unknown) => void;
  /** How often an idle relay looks. Default 250. */
  readonly pollMs?: number;
}

/** Repeats what the tokens service has not confirmed. Runs in every process; one per database works. */
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
  WHERE created_at < now() - interval '${graceMs} milliseconds' ORDER BY seq LIMIT ${limits.records}`;

export function createDirectoryRelay(options: DirectoryRelayOptions): DirectoryRelay {
  const { tokens, onError, pollMs = 250 } = options;
  const stopping = new AbortController();
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
      const { rows } = await client.query<PendingRow>({ name: 'directory-read', text: readPending });
      const delivered = rows.length > 0 && (await deliver(client, rows.map(toPending)));
      failures = rows.length === 0 || delivered ? 0 : failures + 1;
      if (failures > 0) await pause(Math.min(retryMs.first * 2 ** (failures - 1), retryMs.last));
      else if (rows.length < limits.records) await pause(pollMs);
    }
  }

  /** False when something is left to be repeated. */
  async function deliver(client: pg.Client, pending: readonly PendingRecord[]): Promise<boolean> {
    let complete = true;
    for (const group of splitRecords(pending, limits)) {
      try {
        const outcome = await tokens.apply(
          group.map(({ record }) => record),
          requestTimeoutMs,
        );
        if (outcome === 'applied') await confirm(client, group);
        // One record that is refused must not hold up the others: each is tried by itself, and it alone stays.
        else if (group.length > 1) complete = (await deliverOneByOne(client, group)) && complete;
        else complete = refused(group);
      } catch (error) {
        onError(error);
        return false;
      }
    }
    return complete;
  }

  async function deliverOneByOne(client: pg.Client, group: readonly PendingRecord[]): Promise<boolean> {
    let complete = true;
    for (const each of group) {
      const outcome = await tokens.apply([each.record], requestTimeoutMs);
      if (outcome === 'applied') await confirm(client, [each]);
      else complete = refused([each]);
    }
    return complete;
  }

  function refused(group: readonly PendingRecord[]): false {
    const names = group.map(({ record }) => `${record.kind} ${record.id} version ${record.version}`);
    onError(new Error(`tokens refuses ${names.join(', ')}`));
    return false;
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
