import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSinkFiles } from './sink-files.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sink-files-'));
  path = join(folder, 'ws_1', 'snk_1.ndjson');
});
afterEach(() => rm(folder, { recursive: true }));

const lines = (from: number, count: number, length = 100) =>
  Array.from({ length: count }, (_, n) => `${JSON.stringify({ seq: from + n, text: 'x'.repeat(length) })}\n`);
const append = (text: string[]) => createSinkFiles(folder).append('ws_1', 'snk_1', text.join(''));
const seqs = async () =>
  (await readFile(path, 'utf8'))
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { seq: number }).seq);
const numbers = (to: number) => Array.from({ length: to }, (_, n) => n + 1);

describe('a file sink', () => {
  it('adds lines behind lines, for nobody else to read', async () => {
    await append(lines(1, 3));
    await append(lines(4, 2));
    expect(await seqs()).toEqual(numbers(5));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['short', 40],
    ['longer than is looked at at once', 200_000],
  ])('cuts off half a line that a process left which died, a %s one', async (_what, length) => {
    await append(lines(1, 2));
    await appendFile(path, (lines(3, 1, length)[0] ?? '').slice(0, -10));
    await append(lines(3, 2));
    expect(await seqs()).toEqual(numbers(4));
  });

  it('begins anew where there is nothing but half a line', async () => {
    await mkdir(join(folder, 'ws_1'));
    await writeFile(path, '{"seq":1,"te');
    await append(lines(1, 2));
    expect(await seqs()).toEqual([1, 2]);
  });

  it('takes writes of one process in turn', async () => {
    const files = createSinkFiles(folder);
    const texts = Array.from({ length: 20 }, (_, n) => lines(n * 5 + 1, 5).join(''));
    await Promise.all(texts.map((text) => files.append('ws_1', 'snk_1', text)));
    expect(await seqs()).toEqual(numbers(100));
  });
});

describe('a disk that is full', () => {
  it('keeps whole lines only, tells why, and the next write goes on behind them', async () => {
    // What a process may write is limited by its shell: the write is cut off in the middle, as by a full disk.
    const program = `
      const { createSinkFiles } = await import(${JSON.stringify(join(import.meta.dirname, 'sink-files.ts'))});
      const files = createSinkFiles(${JSON.stringify(folder)});
      await files.append('ws_1', 'snk_1', ${JSON.stringify(lines(1, 2).join(''))});
      await files.append('ws_1', 'snk_1', ${JSON.stringify(lines(3, 100).join(''))}).then(
        () => console.log('taken'),
        (error) => console.log(error.name + ': ' + error.message),
      );`;
    const { stdout } = await promisify(execFile)('bash', [
      ...['-c', 'ulimit -f 4 && exec "$0" --input-type=module --eval "$1"', process.execPath, program],
    ]);
    expect(stdout.trim()).toBe('DeliveryFailed: the file cannot be written: EFBIG');
    const kept = await seqs();
    expect(kept.length).toBeGreaterThan(10);
    expect(kept).toEqual(numbers(kept.length));
    expect(await readFile(path, 'utf8')).toMatch(/\n$/);
    await append(lines(3, 100));
    // The message comes again as a whole: rows that had their line have it twice, none is missing.
    expect(await seqs()).toEqual([...numbers(kept.length), ...numbers(102).slice(2)]);
  });

  it('is told of with what the disk says, for the log', async () => {
    await mkdir(path, { recursive: true });
    await expect(append(lines(1, 1))).rejects.toMatchObject({
      ...{ message: 'the file cannot be written: EISDIR', cause: { code: 'EISDIR' } },
    });
  });
});
