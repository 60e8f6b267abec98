import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first executable of this name on the PATH or in `more` directories; `null` when there is none. */
export function findBinary(name: string, more: string[] = []): string | null {
  for (const directory of [...(process.env['PATH'] ?? '').split(delimiter), ...more]) {
    if (directory === '') continue;
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      continue; // not here
    }
  }
  return null;
}
