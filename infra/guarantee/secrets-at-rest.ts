import { appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { connectSuite, createWorld, readStackFile, type Suite } from '@pcft/testing';
import { withStack } from '../stack/with-stack.ts';
import { issueSecrets } from './issue-secrets.ts';
import { SecretSearch, type IssuedSecret, type SecretFinding } from './secret-search.ts';

/**
 * Guarantee 12. Issues secrets of every kind, uses each (rightly and wrongly), then looks for all of them in every table
 * of every database, in Redis, and in every file of the suite: data files and write-ahead logs of PostgreSQL, NATS's
 * store, all logs. Then plants others in five places, all of which have to be found. Option: `--each 50` of every
 * kind, which are more than 1,000 together.
 */
export async function proveSecretsAtRest(args: string[]): Promise<boolean> {
  const { values } = parseArgs({ args, options: { each: { type: 'string', default: '50' } } });
  // Every line that could be logged is; passwords are hashed as always.
  return withStack(
    { log: () => undefined, env: { LOG_LEVEL: 'trace', LIMIT_GUESSES: '1000000' } },
    async (stackFile) => {
      const suite = await connectSuite(readStackFile(stackFile));
      try {
        return await run(suite, dirname(stackFile), Number(values.each));
      } finally {
        await suite.close();
      }
    },
  );
}

async function run(suite: Suite, dataDir: string, each: number): Promise<boolean> {
  const secrets = await issueSecrets(suite, await createWorld(suite), each);
  const kinds = Map.groupBy(secrets, ({ kind }) => kind);
  for (const [kind, all] of kinds) console.log(`  issued ${String(all.length).padStart(5)} ${kind}`);
  // Outboxes are emptied, caches written, logs flushed.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const findings = await look(suite, dataDir, new SecretSearch(secrets), true);
  for (const [text, count] of countsOf(findings)) console.log(`  ! ${text} (${String(count)})`);
  console.log(`  ${String(secrets.length)} secrets, ${String(findings.length)} findings`);

  const planted = await plant(suite, dataDir);
  const seen = await look(suite, dataDir, new SecretSearch(planted), false);
  const missed = planted.filter(({ kind }) => !seen.some((finding) => finding.kind === kind));
  for (const { kind } of planted) {
    const where = [
      ...new Set(seen.filter((one) => one.kind === kind).map((one) => `${one.encoding} in ${one.where}`)),
    ];
    console.log(
      `  planted in ${kind}: ${where.length === 0 ? 'NOT FOUND' : `found as ${where.slice(0, 2).join(', ')}`}`,
    );
  }
  return findings.length === 0 && missed.length === 0 && secrets.length > 0;
}

async function look(
  suite: Suite,
  dataDir: string,
  search: SecretSearch,
  print: boolean,
): Promise<SecretFinding[]> {
  const findings: SecretFinding[] = [];
  let [tables, rowBytes] = [0, 0];
  for (const name of Object.keys(suite.stack.urls.ownerDatabase)) {
    const pool = suite.database(name, 'owner');
    const { rows } = await pool.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    for (const table of rows) {
      // The whole row as text: JSON in clear, bytes in hex, values out of line and compressed ones as well.
      const { rows: texts } = await pool.query<{ row: string }>(`SELECT t::text AS row FROM ${table.name} t`);
      const bytes = Buffer.from(texts.map(({ row }) => row).join('\n'));
      findings.push(...search.search(bytes, `table ${name} ${table.name}`));
      tables++;
      rowBytes += bytes.length;
    }
  }
  const redis = suite.redis();
  await redis.config('SET', 'rdbcompression', 'no'); // or else what is written could not be read by bytes
  const keys = await redis.dbsize();
  await redis.save();
  const files = search.searchFolder(dataDir);
  findings.push(...files.findings);
  if (print)
    console.log(
      `  looked at ${String(tables)} tables (${megabytes(rowBytes)} of rows), ${String(keys)} keys of Redis, ` +
        `${String(files.files)} files (${megabytes(files.bytes)}: data files and write-ahead logs, Redis, NATS, logs)`,
    );
  return findings;
}

/** One secret for each place and form in which the search claims to find one. */
async function plant(suite: Suite, dataDir: string): Promise<IssuedSecret[]> {
  const planted = ['a table', 'bytes of a table', 'Redis', 'the store of NATS', 'a log'].map(
    (kind, index) => ({
      kind,
      text: `canary ${String(index)} ${crypto.randomUUID()}`,
    }),
  );
  const [table, bytea, inRedis, inNats, inLog] = planted.map(({ text }) => text) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const pool = suite.database('platform', 'owner');
  await pool.query('CREATE TABLE canary (word text, bytes bytea)');
  await pool.query('INSERT INTO canary VALUES ($1, $2)', [`before ${table} after`, Buffer.from(bytea)]);
  await suite.redis().set('canary', Buffer.from(`x${inRedis} y`).toString('base64'));
  const nats = await suite.nats();
  const manager = await nats.jetstreamManager();
  await manager.streams.add({ name: 'CANARY', subjects: ['canary'] });
  await nats.jetstream().publish('canary', Buffer.from(Buffer.from(inNats).toString('hex')));
  appendFileSync(join(dataDir, 'logs', 'platform.log'), `{"url":"/?q=${encodeURIComponent(inLog)}"}\n`);
  return planted;
}

function countsOf(findings: readonly SecretFinding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { kind, encoding, where } of findings) {
    const text = `${kind} in ${encoding}: ${where}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
