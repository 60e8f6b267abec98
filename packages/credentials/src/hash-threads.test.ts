import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import bcrypt from 'bcrypt';
import { BusyError } from './bounded-queue.ts';
import { createHashThreads, createThreadsOf } from './hash-threads.ts';

/** A field of every thread of this process, by its number in proc_pid_stat(5). */
function ofThreads(field: number): number[] {
  return readdirSync('/proc/self/task').map((id) => {
    const fields = readFileSync(`/proc/self/task/${id}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[field - 3]);
  });
}
const niceValues = (): number[] => ofThreads(19);
/** sched(7): 0 is SCHED_OTHER, 5 is SCHED_IDLE. */
const classes = (): number[] => ofThreads(41);

describe('a hash thread', () => {
  it('gives way to everything else, and nothing else gives way with it', async () => {
    const lowest = (): number => niceValues().filter((nice) => nice === 19).length;
    const idle = (): number => classes().filter((each) => each === 5).length;
    const [before, idleBefore] = [lowest(), idle()];
    const threads = createHashThreads(1);
    const hash = await threads.run({ kind: 'hash', password: 'a password', cost: 4 });
    expect(lowest() - before).toBe(1);
    expect(niceValues()).toContain(0);
    expect(idle() - idleBefore).toBe(1);
    expect(classes()).toContain(0);
    expect(await bcrypt.compare('a password', hash)).toBe(true);
  });

  it('leaves the event loop alone for as long as it works', async () => {
    const threads = createHashThreads(1);
    let turns = 0;
    const ticking = setInterval(() => turns++, 1);
    await threads.run({ kind: 'hash', password: 'a password', cost: 12 });
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(20);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'hash-threads-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
function fileOf(text: string): URL {
  const path = join(folder, `${String(files++)}.mjs`);
  writeFileSync(path, text);
  return pathToFileURL(path);
}

describe('a hash that all others leave no time for', () => {
  it('is computed by a thread that has its share, and so are those that follow', async () => {
    const idleFile = fileOf('export const carryOut = () => { for (;;); };');
    const threads = createHashThreads(1, { idleFile, patienceMs: 1_000 });
    const password = 'a password';
    const hash = await threads.run({ kind: 'hash', password, cost: 4 });
    expect(await bcrypt.compare(password, hash)).toBe(true);
    const before = performance.now();
    const against = { scheme: 'bcrypt', hash } as const;
    expect(await threads.run({ kind: 'compare', password, against })).toBe(true);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});

describe('a hash thread that fails', () => {
  const work = { kind: 'hash', password: 'a password', cost: 4 } as const;
  async function refused(running: Promise<unknown>): Promise<string> {
    const error = await running.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BusyError);
    const { cause } = error as BusyError;
    return `${String(cause)} ${String((cause as Error).cause)}`;
  }

  it.each([
    ['has no file to load', () => new URL('./no-such-file.ts', import.meta.url), 'Cannot find module'],
    ['throws while it loads', () => fileOf('throw new Error("broken file")'), 'broken file'],
    ['ends while it loads', () => fileOf('process.exit(3)'), 'No thread did it in time'],
    ['ends in the middle', () => fileOf('export const carryOut = () => process.exit(3);'), 'code: 3'],
    ['has a file without the work', () => fileOf('export const other = 1;'), 'No handler function'],
  ])('because it %s refuses its caller, and those that follow', async (_, file, cause) => {
    const threads = createThreadsOf({ most: 1, file: file(), mostMs: 2_000 });
    expect(await refused(threads.run(work))).toContain(cause);
    expect(await refused(threads.run(work))).toContain(cause);
  });

  it('because it has too little memory', async () => {
    const file = fileOf(
      'export function carryOut() { const all = []; for (;;) all.push(new Array(10_000).fill({})); }',
    );
    const threads = createThreadsOf({ most: 1, file, resourceLimits: { maxOldGenerationSizeMb: 10 } });
    expect(await refused(threads.run(work))).toContain('memory limit');
  });

  it('because it is not done in time is ended, and another does what follows', async () => {
    const file = fileOf('export function carryOut({ cost }) { while (cost === 4); return "done"; }');
    const threads = createThreadsOf({ most: 1, file, mostMs: 2_000 });
    expect(await refused(threads.run(work))).toContain('No thread did it in time');
    expect(await threads.run({ ...work, cost: 5 })).toBe('done');
  });
});
