/**
 * The audit log at size, on a suite of its own: `node bench/audit-log.ts [--rows 5000000] [--months 12] [--calls 40]`.
 * One workspace is given so many rows in months that are past; then pages by every kind of filter, counts, an export of
 * everything with the memory of audit's process, the offline verifier over it, and ingest into that very log.
 * Five million rows take about 18 GB of disk for as long as it runs. The load average of the machine stands with every
 * figure. Linux only (it reads /proc).
 */
import { cpSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { withStack } from '../infra/stack/with-stack.ts';
import { connectSuite, readStackFile } from '../packages/testing/src/index.ts';
import { fillLog } from './audit-log/fill-log.ts';
import { measureExport, measureVerify } from './audit-log/measure-export.ts';
import { measureIngest } from './audit-log/measure-ingest.ts';
import {
  combinations,
  measureCounts,
  measurePages,
  questions,
  type Timing,
} from './audit-log/measure-pages.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '5000000' },
    months: { type: 'string', default: '12' },
    calls: { type: 'string', default: '40' },
  },
});
const rows = Number(values.rows);
const started = performance.now();
const say = (text: string): void =>
  console.log(
    `${((performance.now() - started) / 1_000).toFixed(0).padStart(4)} s  load ${(loadavg()[0] ?? 0).toFixed(1).padStart(4)}  ${text}`,
  );
const print = ({ name, calls, p50, p95 }: Timing): void =>
  say(
    `${name.padEnd(30)} ${String(calls).padStart(4)} calls  p50 ${p50.toFixed(1).padStart(6)} ms  p95 ${p95.toFixed(1).padStart(6)} ms`,
  );

// As in production: the check of every answer against its contract is for tests.
await withStack({ env: { STRICT_RESPONSES: '0' } }, async (stackFile, stack) => {
  const suite = await connectSuite(readStackFile(stackFile));
  try {
    const owner = await suite.createOwner();
    const ws = owner.workspace.id;
    const reader = { auth: owner.pat, ws };
    const superuserUrl = new URL(stack.ownerDatabaseUrls['audit'] ?? '');
    const tables = superuserUrl.username;
    [superuserUrl.username, superuserUrl.password] = [
      'postgres',
      stack.secrets.databasePasswords['postgres'] ?? '',
    ];
    // Its first rows are on their way.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await fillLog({
      superuserUrl: superuserUrl.href,
      owner: tables,
      log: ws,
      rows,
      months: Number(values.months),
    });
    say(`${rows} rows in ${values.months} months`);

    const database = suite.database('audit', 'owner');
    const { rows: sizes } = await database.query<{ heap: string; indexes: string }>(
      `SELECT pg_size_pretty(sum(pg_table_size(inhrelid))) AS heap, pg_size_pretty(sum(pg_indexes_size(inhrelid))) AS indexes
       FROM pg_inherits WHERE inhparent = 'audit_event'::regclass`,
    );
    say(`rows ${sizes[0]?.heap ?? '?'}, indexes ${sizes[0]?.indexes ?? '?'}`);
    // So many rows at once are a minute of sealing, which would stand in the figures of pages.
    const sealed = async (): Promise<number> => {
      const answer = await suite.call('listCheckpoints', {
        auth: owner.pat,
        query: { limit: 1, workspace_id: ws },
      });
      return (answer.body as { data: { to_seq: number }[] }).data[0]?.to_seq ?? 0;
    };
    while ((await sealed()) < rows) await new Promise((resolve) => setTimeout(resolve, 1_000));
    say('sealed by signed checkpoints');
    const calls = Number(values.calls);
    for (const asked of [questions, combinations])
      for (const each of await measurePages(suite, reader, { asked, calls })) print(each);
    for (const each of await measureCounts(suite, reader, calls)) print(each);

    const processes = await suite.control.processes();
    const pidOf = (wanted: string): number => processes.find(({ name }) => name === wanted)?.pid ?? 0;
    const folder = dirname(stackFile);
    const [file, keys] = [join(folder, 'export.ndjson'), join(folder, 'keys.json')];
    const url = new URL(`/v1/workspaces/${ws}/audit-logs/export`, suite.serviceUrl('audit'));
    // As they are now: one made during the export knows of rows behind its end, and the verifier would call it cut.
    const witness = join(folder, 'witness');
    cpSync(join(folder, 'checkpoints'), witness, { recursive: true });
    const exported = await measureExport(url, owner.pat, { file, pid: pidOf('audit') });
    say(
      `export of all: ${exported.rows} lines, ${exported.megabytes} MB, ${Math.round(exported.rows / exported.seconds)} lines/s; ` +
        `memory of audit ${exported.memory.join(' ')} MB, at most ${exported.peak}`,
    );
    writeFileSync(keys, JSON.stringify((await suite.call('getAuditKeys', {})).body));
    const verified = await measureVerify(process.cwd(), file, {
      keys,
      checkpoints: witness,
    });
    say(
      `verify: ${verified.ok ? 'verified' : 'NOT VERIFIED'}, ${verified.rows} rows, ` +
        `${Math.round(verified.rows / verified.seconds)} rows/s`,
    );
    if (!verified.ok) process.exitCode = 1;

    const pids = { audit: pidOf('audit'), postgres: pidOf('postgres'), nats: pidOf('nats') };
    const ingest = await measureIngest(stack.natsUrl, ws, { pids, seconds: 10 });
    const costs = Object.entries(ingest.microseconds).map(([name, cost]) => `${name} ${cost} µs`);
    say(`ingest into this log: ${ingest.perSecond} events/s; processor an event: ${costs.join(', ')}`);
  } finally {
    await suite.close();
  }
});
