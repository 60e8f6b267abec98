import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  chainHash,
  isFullCheckpoint,
  keysOf,
  readWitness,
  verifyExport,
  type CheckpointKeys,
  type ExportVerdict,
  type FullCheckpoint,
  type Witness,
} from '@pcft/audit-proof';
import { createBus, ingestSubject, serializeEvent, type AuditEvent } from '@pcft/events';
import { connectSuite, readStackFile, sampleEvent, type Owner, type Suite } from '@pcft/testing';
import pg from 'pg';
import { withStack } from '../stack/with-stack.ts';
import { tamperings, type Expected, type TamperedLog } from './tamper-with-rows.ts';

const rounds = 6;
const rowsARound = 50;

/**
 * Guarantee 5. Edits, deletes, swaps and truncates rows under a checkpoint, as a superuser with triggers switched off, and
 * has the export of what is left read by the offline verifier, with the public key and the checkpoints that are kept outside
 * the database. Each time it has to say that the log is not whole and name the first bad row; where rows were hashed
 * anew, the span that it is in. Afterwards everything is as it was, and verifies.
 *
 * Options: `--times 1000`, `--seed` (a new one each time), and `--sabotage`: now and then the verifier is given the export
 * from before, and those have to be counted as missed.
 *
 * @returns whether each was found and named; under sabotage, whether the overlooked ones were missed, and no others
 */
export async function proveTampering(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      times: { type: 'string', default: '1000' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      sabotage: { type: 'boolean', default: false },
    },
  });
  const options = { times: Number(values.times), seed: Number(values.seed), sabotage: values.sabotage };
  console.log(`seed ${String(options.seed)}`);
  return withStack({ log: () => undefined, env: { CHECKPOINT_SECONDS: '1' } }, async (stackFile, stack) => {
    const suite = await connectSuite(readStackFile(stackFile));
    const url = new URL(stack.ownerDatabaseUrls['audit'] ?? '');
    [url.username, url.password] = ['postgres', stack.secrets.databasePasswords['postgres'] ?? ''];
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      const owner = await suite.createOwner();
      await fill(suite, stack.natsUrl, owner);
      // Reading the log writes to it. Without NATS the rows of the readings wait in a queue, and the log lies still.
      await suite.control.stop('nats');
      const held = await run(
        { suite, client, owner, folder: join(dirname(stackFile), 'checkpoints') },
        options,
      );
      await suite.control.start('nats');
      return held;
    } finally {
      await client.end();
      await suite.close();
    }
  });
}

interface Scene {
  readonly suite: Suite;
  readonly client: pg.Client;
  readonly owner: Owner;
  /** Where checkpoints are kept outside the database. */
  readonly folder: string;
}

async function run(
  scene: Scene,
  { times, seed, sabotage }: { readonly times: number; readonly seed: number; readonly sabotage: boolean },
): Promise<boolean> {
  const { suite, client, owner } = scene;
  const log = owner.workspace.id;
  const keys = keysOf((await suite.call('getAuditKeys', {})).body);
  const witness = await witnessOf(scene, keys);
  const sealedTo = witness.spans.at(-1)?.to_seq ?? 0;
  await backUp(client, sealedTo, log);
  const before = await exported(scene);
  const whole = await verifyExport(before, { keys, witness });
  console.log(
    `  a log of ${String(whole.rows)} rows, sealed to ${String(whole.sealedTo)} by ${String(witness.spans.length)} spans`,
  );
  if (!whole.ok || whole.sealedTo !== whole.rows || witness.spans.length < 3) return false;

  const tampered: TamperedLog = {
    client,
    log,
    rows: whole.rows,
    spanOf: (seq) => {
      const span = witness.spans.find(({ from_seq: from, to_seq: to }) => from <= seq && seq <= to);
      return { first: span?.from_seq ?? 0, last: span?.to_seq ?? 0 };
    },
    hashOf: (previous, { seq, id, source, body }) =>
      chainHash(previous, { log, seq: BigInt(seq), id, source, body }),
  };
  const random = seededRandom(seed);
  const tallies = new Map(tamperings.map(({ name }) => [name, { done: 0, found: 0, named: 0 }]));
  let overlooked = 0;
  for (let n = 0; n < times; n++) {
    const tampering = tamperings[n % tamperings.length];
    if (!tampering) break;
    const expected = await tampering.do(tampered, random);
    const isOverlooked = sabotage && n % 7 === 3;
    if (isOverlooked) overlooked++;
    const lines = isOverlooked ? before : await exported(scene);
    const verdict = await verifyExport(lines, { keys, witness: await witnessOf(scene, keys) });
    const tally = tallies.get(tampering.name);
    if (tally) {
      tally.done++;
      if (!verdict.ok) tally.found++;
      if (isNamed(verdict, expected)) tally.named++;
      else if (!isOverlooked)
        console.log(`  ! ${tampering.name}, try ${String(n)}: ${describe(expected, verdict)}`);
    }
    await restore(client);
  }
  const after = await verifyExport(await exported(scene), { keys, witness });
  for (const [name, { done, found, named }] of tallies)
    console.log(
      `  ${name.padEnd(60)} ${String(done).padStart(4)} done, ${String(found).padStart(4)} found, ${String(named).padStart(4)} named`,
    );
  const sum = [...tallies.values()].reduce((all, one) => ({
    done: all.done + one.done,
    found: all.found + one.found,
    named: all.named + one.named,
  }));
  console.log(
    `  ${String(sum.done)} in all, ${String(sum.found)} found, ${String(sum.named)} with the first bad row named; ` +
      `put back: ${after.ok ? 'verified' : 'NOT VERIFIED'}`,
  );
  const missed = sum.done - Math.min(sum.found, sum.named);
  return (
    after.ok && sum.done === times && (sabotage ? overlooked > 0 && missed === overlooked : missed === 0)
  );
}

/** Rows behind `sealedTo` of a log whose end is missing may have been replaced as well as cut off: that is said too. */
function isNamed(
  { ok, problem, firstBadSeq, lastBadSeq, sealedTo }: ExportVerdict,
  { first, last }: Expected,
): boolean {
  if (problem === 'cut' && first !== last) return sealedTo + 1 === first && (lastBadSeq ?? 0) >= last;
  return !ok && firstBadSeq === first && (first === last || lastBadSeq === last);
}

function describe({ first, last }: Expected, { problem, firstBadSeq, lastBadSeq }: ExportVerdict): string {
  return `expected ${String(first)}–${String(last)}, said ${String(problem)} ${String(firstBadSeq)}–${String(lastBadSeq)}`;
}

/** Events as a relay brings them, with a checkpoint behind each round. */
async function fill(suite: Suite, natsUrl: string, owner: Owner): Promise<void> {
  const bus = createBus({ url: natsUrl, name: 'guarantee' });
  try {
    while (!bus.connected()) await sleep(50);
    for (let round = 0; round < rounds; round++) {
      const events = Array.from({ length: rowsARound }, () => event(owner));
      const batch = events.map((each) => ({ id: each.id, body: serializeEvent(each) }));
      await bus.request(ingestSubject, { source: 'platform', events: batch }, { timeoutMs: 10_000 });
      await sealed(suite, owner);
    }
  } finally {
    await bus.close();
  }
}

/** Until the newest row is under a checkpoint that is also kept outside. */
async function sealed(suite: Suite, { workspace }: Owner): Promise<void> {
  const database = suite.database('audit', 'owner');
  for (const end = performance.now() + 60_000; ; await sleep(100)) {
    const { rows } = await database.query<{ open: boolean }>(
      `SELECT seq > coalesce((SELECT max(to_seq) FROM checkpoint_span WHERE log = $1), 0) AS open FROM chain_head WHERE log = $1`,
      [workspace.id],
    );
    if (rows[0]?.open === false) break;
    if (performance.now() > end) throw new Error('no checkpoint within a minute');
  }
  // The file is written after the database.
  await sleep(500);
}

function event({ id, workspace, patId }: Owner): AuditEvent {
  return sampleEvent({
    ...{ log: workspace.id, workspace_id: workspace.id, user_agent: 'guarantee/5' },
    ...{ action: 'workspace.member.list', required_action: 'workspace.member.list' },
    ...{ operation: 'listMembers', access: 'list' },
    resource: `pcft:platform:workspace/${workspace.id}/member/*`,
    actor: { type: 'account', id, pat_id: patId, session_id: null },
  });
}

async function exported({ suite, owner }: Scene): Promise<string[]> {
  const answer = await suite.call('exportWorkspaceAuditLog', {
    auth: owner.pat,
    params: { ws: owner.workspace.id },
  });
  if (answer.status !== 200) throw new Error(`export: ${String(answer.status)} ${answer.text}`);
  return answer.text.split('\n');
}

async function witnessOf({ folder, owner }: Scene, keys: CheckpointKeys): Promise<Witness> {
  const checkpoints = readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))
    .filter((value): value is FullCheckpoint => isFullCheckpoint(value));
  const witness = await readWitness(checkpoints, owner.workspace.id, keys);
  if ('problem' in witness) throw new Error(`checkpoint ${String(witness.place)}: ${witness.problem}`);
  return witness;
}

const kept = ['audit_event', 'chain_head', 'checkpoint', 'checkpoint_span'] as const;

async function backUp(client: pg.Client, sealedTo: number, log: string): Promise<void> {
  await client.query('SET session_replication_role = replica');
  const { rows } = await client.query<{ seq: string }>('SELECT seq FROM chain_head WHERE log = $1', [log]);
  if (Number(rows[0]?.seq) !== sealedTo) throw new Error('the newest rows are not sealed');
  for (const table of kept) await client.query(`CREATE TEMP TABLE before_${table} AS SELECT * FROM ${table}`);
}

async function restore(client: pg.Client): Promise<void> {
  await client.query('BEGIN');
  for (const table of kept) {
    await client.query(`DELETE FROM ${table}`);
    await client.query(`INSERT INTO ${table} SELECT * FROM before_${table}`);
  }
  await client.query('COMMIT');
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Mulberry32: the same numbers for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
