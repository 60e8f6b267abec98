import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isFullCheckpoint, type FullCheckpoint } from '@pcft/audit-proof';
import { linesOf } from './lines-of.ts';

/**
 * Checkpoints as audit keeps them outside its database: NDJSON, one a line, in files whose names sort as they were made.
 * What is no checkpoint is passed over: a crash may have cut a line short, which was then written anew. One that is
 * missing shows in the one behind it, which names its predecessor.
 */
export async function* readCheckpoints(path: string): AsyncGenerator<FullCheckpoint> {
  for (const file of await filesOf(path)) {
    for await (const text of linesOf(createReadStream(file))) {
      const value = parse(text);
      if (isFullCheckpoint(value)) yield value;
    }
  }
}

async function filesOf(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith('.ndjson')).sort();
  if (names.length === 0) throw new Error('no checkpoints in this folder');
  return names.map((name) => join(path, name));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
