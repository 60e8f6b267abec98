import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile, appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  keysOf,
  readWitness,
  signingPair,
  verifyExport,
  verifyRow,
  verifySpan,
  type FullCheckpoint,
} from '@pcft/audit-proof';
import { createId } from '@pcft/credentials';
import { serializeEvent } from '@pcft/events';
import { sampleEvent } from '@pcft/testing';
import type { ChainRows } from '../../src/checkpoints/chain-rows.ts';
import { CheckpointConflict, CheckpointKeeper } from '../../src/checkpoints/checkpoint-keeper.ts';
import type { CheckpointStream } from '../../src/checkpoints/checkpoint-stream.ts';
import { BrokenChain } from '../../src/checkpoints/collect-spans.ts';
import { createFileCheckpointArchive } from '../../src/checkpoints/file-checkpoint-archive.ts';
import { createPostgresCheckpointStore } from '../../src/checkpoints/postgres-checkpoint-store.ts';
import { exportLog } from '../../src/export/export-log.ts';
import { proveRow } from '../../src/checkpoints/prove-row.ts';
import { readEntry } from '../../src/ingest/chain-entry.ts';
import { createPostgresChainStore } from '../../src/ingest/postgres-chain-store.ts';
import { createScratchLog, type ScratchLog } from '../scratch-log.ts';

const key = signingPair(randomBytes(32));
const keys = keysOf({ keys: [key.jwk] });
let log: ScratchLog;
let folder: string;
let errors: unknown[];
let chain: ReturnType<typeof createPostgresChainStore>;
let opened: ReturnType<typeof createPostgresCheckpointStore>[];
let keepers: CheckpointKeeper[];

const open = (mostRows = 4) => {
  const store = createPostgresCheckpointStore({
    databaseUrl: log.runtimeUrl,
    key: { kid: key.kid, x: key.jwk.x },
    onError: (error) => errors.push(error),
    mostRows,
  });
  opened.push(store);
  return store;
};

const append = async (name: string, count: number): Promise<string[]> => {
  const events = Array.from({ length: count }, () => sampleEvent({ log: name }));
  await chain.append(
    events.map((event) => readEntry('platform', { id: event.id, body: serializeEvent(event) })),
  );
  return events.map(({ id }) => id);
};

/** A stream that keeps what it is given; NATS itself is tried with the running suite. */
const memoryStream = (): CheckpointStream & { readonly kept: FullCheckpoint[] } => {
  const kept: FullCheckpoint[] = [];
  return {
    kept,
    last: () => Promise.resolve(kept.length),
    publish: (made) => {
      kept.push(made);
      return Promise.resolve();
    },
  };
};

/** Runs rounds until one has this outcome. */
const round = async (
  wanted: string,
  stream: CheckpointStream = memoryStream(),
  store = open(),
): Promise<void> => {
  await new Promise<void>((resolve, reject) => {
    const keeper = new CheckpointKeeper({
      store,
      archive: createFileCheckpointArchive(folder),
      stream,
      key,
      origin: 'https://suite.example',
      everyMs: 20,
      onRound: (outcome) => {
        if (outcome === wanted) resolve();
        else if (outcome === 'failed') reject(new Error('the round failed', { cause: errors.at(-1) }));
      },
      onError: (error) => errors.push(error),
    });
    keepers.push(keeper);
    keeper.start();
  });
  await keepers.at(-1)?.stop();
};

const archived = async (): Promise<FullCheckpoint[]> => {
  const names = (await readdir(folder)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('{"checkpoint"') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as FullCheckpoint);
};

const rowsOf = (): ChainRows => ({
  find: async (name, id) => {
    const { rows } = await log.admin.query(
      'SELECT seq, id, source, hash, body FROM audit_event WHERE log = $1 AND id = $2',
      [name, id],
    );
    return rows[0] ? { ...rows[0], seq: BigInt(rows[0].seq) } : null;
  },
  hashes: async (name, from, to) => {
    const { rows } = await log.admin.query<{ hash: Buffer }>(
      'SELECT hash FROM audit_event WHERE log = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq',
      [name, String(from), String(to)],
    );
    return rows.map(({ hash }) => hash);
  },
  page: async (name, from, to, limit) => {
    const { rows } = await log.admin.query(
      `SELECT seq, id, source, hash, body FROM audit_event
       WHERE log = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq LIMIT $4`,
      [name, String(from), String(to), limit],
    );
    return rows.map((row) => ({ ...row, seq: BigInt(row.seq) }));
  },
  firstSeq: async (name) => {
    const { rows } = await log.admin.query('SELECT first_seq FROM chain_head WHERE log = $1', [name]);
    return BigInt(rows[0]?.first_seq ?? 1);
  },
  lastSeq: async (name) => {
    const { rows } = await log.admin.query('SELECT seq FROM chain_head WHERE log = $1', [name]);
    return BigInt(rows[0]?.seq ?? 0);
  },
});

beforeEach(async () => {
  log = await createScratchLog();
  folder = await mkdtemp(join(tmpdir(), 'checkpoints-'));
  [errors, opened, keepers] = [[], [], []];
  chain = createPostgresChainStore({ databaseUrl: log.runtimeUrl });
});

afterEach(async () => {
  await Promise.all(keepers.map((keeper) => keeper.stop()));
  await Promise.all([chain.close(), ...opened.map((store) => store.close())]);
  await log.drop();
  await rm(folder, { recursive: true });
});

describe('sealing', () => {
  it('vouches for every row once, in spans no longer than allowed, and for nothing twice', async () => {
    const [a, b] = [createId('ws_'), createId('acc_')];
    await append(a, 10);
    await append(b, 1);
    await round('made');
    await append(a, 3);
    await round('made');
    await round('nothing new');
    const checkpoints = await archived();
    const ranges = (name: string) =>
      checkpoints.flatMap(({ spans }) =>
        spans.filter((span) => span.log === name).map((span) => [span.from_seq, span.to_seq]),
      );
    expect(ranges(a)).toEqual([
      [1, 4],
      [5, 8],
      [9, 10],
      [11, 13],
    ]);
    expect(ranges(b)).toEqual([[1, 1]]);
    expect(await readWitness(checkpoints, a, keys)).toMatchObject({ checkpoints: 2 });
    const store = open();
    const { items, total } = await store.spans([a], { limit: 2, offset: 1 });
    expect(total).toBe(4);
    expect(items.map((span) => span.to_seq)).toEqual([10, 8]);
    for (const span of items)
      expect(verifySpan(span, keys)).toMatchObject({ origin: 'https://suite.example' });
    expect(await store.keys()).toEqual([{ kid: key.kid, x: key.jwk.x }]);
    expect(errors).toEqual([]);
  });

  it('is done by one process at a time', async () => {
    const [one, two] = [open(), open()];
    const inside = await one.alone(() => two.alone(() => Promise.resolve('both')));
    expect(inside).toBeNull();
    expect(await two.alone(() => Promise.resolve('free'))).toBe('free');
  });

  it('leaves out a chain with a row missing, names it, and seals the others', async () => {
    const [broken, whole] = [createId('ws_'), createId('ws_')];
    await append(broken, 3);
    await append(whole, 2);
    await log.admin.query('ALTER TABLE audit_event DISABLE TRIGGER ALL');
    await log.admin.query('DELETE FROM audit_event WHERE log = $1 AND seq = 2', [broken]);
    await round('made');
    const spans = (await archived()).flatMap(({ spans: each }) => each);
    expect(spans.map((span) => span.log)).toEqual([whole]);
    expect(errors).toContainEqual(expect.any(BrokenChain));
    expect(errors[0]).toMatchObject({ log: broken, seq: 2n });
  });

  it('cannot be undone by the role that the service runs as', async () => {
    await append(createId('ws_'), 1);
    await round('made');
    const { Client } = (await import('pg')).default;
    const runtime = new Client({ connectionString: log.runtimeUrl });
    await runtime.connect();
    for (const table of ['checkpoint', 'checkpoint_span', 'checkpoint_key']) {
      await expect(runtime.query(`DELETE FROM ${table}`)).rejects.toMatchObject({ code: '42501' });
      await expect(runtime.query(`TRUNCATE ${table}`)).rejects.toMatchObject({ code: '42501' });
    }
    await runtime.end();
  });
});

describe('what is kept outside', () => {
  it('makes up for what a crash left undone', async () => {
    const name = createId('ws_');
    await append(name, 2);
    const store = open();
    // Made in the database, and the process dies.
    const { makeCheckpoint } = await import('@pcft/audit-proof');
    await store.make((about, spans) =>
      makeCheckpoint({ ...about, origin: 'https://suite.example' }, spans, key),
    );
    expect(await archived()).toEqual([]);
    const stream = memoryStream();
    await round('nothing new', stream);
    expect(await archived()).toHaveLength(1);
    expect(stream.kept).toHaveLength(1);
  });

  it('writes a line anew that was cut short', async () => {
    await append(createId('ws_'), 1);
    await round('made');
    const [name = ''] = await readdir(folder);
    const text = await readFile(join(folder, name), 'utf8');
    await writeFile(join(folder, name), text.slice(0, -20));
    await append(createId('ws_'), 1);
    await round('made');
    const checkpoints = await archived();
    expect(checkpoints).toHaveLength(2);
    expect(await readWitness(checkpoints, 'any', keys)).toMatchObject({ checkpoints: 2 });
  });

  it('stops everything when the database was set back behind it', async () => {
    await append(createId('ws_'), 1);
    await round('made');
    await log.admin.query('ALTER TABLE checkpoint_span DISABLE TRIGGER ALL');
    await log.admin.query('ALTER TABLE checkpoint DISABLE TRIGGER ALL');
    await log.admin.query('DELETE FROM checkpoint_span');
    await log.admin.query('DELETE FROM checkpoint');
    await append(createId('ws_'), 1);
    await round('failed');
    expect(errors.at(-1)).toBeInstanceOf(CheckpointConflict);
    expect(await open().latest()).toBe(0);
    await appendFile(join(folder, 'notes.txt'), 'not looked at');
  });
});

describe('exportLog', () => {
  const linesOf = async (name: string, from = 1n, to = 12n): Promise<string[]> => {
    const lines: string[] = [];
    const deps = { rows: rowsOf(), checkpoints: open() };
    for await (const line of exportLog(deps, name, { from, to })) lines.push(JSON.stringify(line));
    return lines;
  };

  it('gives what the verifier accepts, whole or from within, and shows what was done to it since', async () => {
    const name = createId('ws_');
    await append(name, 10);
    await round('made');
    await append(name, 2);
    const witness = await readWitness(await archived(), name, keys);
    if ('problem' in witness) throw new Error(witness.problem);
    expect(await verifyExport(await linesOf(name), { keys, witness })).toMatchObject({
      ok: true,
      rows: 12,
      sealedTo: 10,
    });
    expect(await verifyExport(await linesOf(name, 5n), { keys })).toMatchObject({ ok: true, rows: 8 });
    await log.admin.query('ALTER TABLE audit_event DISABLE TRIGGER ALL');
    await log.admin.query(
      `UPDATE audit_event SET body = replace(convert_from(body, 'UTF8'), '200', '201')::bytea
       WHERE log = $1 AND seq = 7`,
      [name],
    );
    expect(await verifyExport(await linesOf(name), { keys })).toMatchObject({ ok: false, firstBadSeq: 7 });
    await log.admin.query('DELETE FROM audit_event WHERE log = $1 AND seq >= 9', [name]);
    expect(await verifyExport(await linesOf(name, 1n, 6n), { keys, witness })).toMatchObject({
      ok: false,
      problem: 'cut',
    });
  });
});

describe('proveRow', () => {
  it('proves each sealed row, and says of the others that they are not', async () => {
    const name = createId('ws_');
    const ids = await append(name, 9);
    await round('made');
    const [late = ''] = await append(name, 1);
    const deps = { rows: rowsOf(), checkpoints: open() };
    for (const id of ids) {
      const proof = await proveRow(deps, name, id);
      if (proof === null || proof === 'unsealed') throw new Error('sealed rows have a proof');
      expect(verifyRow(proof, keys)).toMatchObject({ ok: true });
    }
    expect(await proveRow(deps, name, late)).toBe('unsealed');
    expect(await proveRow(deps, createId('ws_'), late)).toBeNull();
  });
});
