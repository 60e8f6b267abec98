import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isFullCheckpoint, type FullCheckpoint } from '@pcft/audit-proof';

/**
 * Checkpoints as audit keeps them outside its database: NDJSON, one a line, in files whose names sort as they were made.
 *
 * @throws Error at the first line that is none
 */
export async function* readCheckpoints(path: string): AsyncGenerator<FullCheckpoint> {
  for (const file of await filesOf(path)) {
    let line = 0;
    for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      line++;
      if (text === '') continue;
      const value: unknown = JSON.parse(text);
      if (!isFullCheckpoint(value)) throw new Error(`${file}, line ${line} is no checkpoint`);
      yield value;
    }
  }
}

async function filesOf(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith('.ndjson')).sort();
  if (names.length === 0) throw new Error('no checkpoints in this folder');
  return names.map((name) => join(path, name));
}
