import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

/** NDJSON in a folder that the operator has named; nothing of the path is the caller's. */
export interface SinkFiles {
  /** Resolves when the lines are on the disk. */
  append(log: string, sinkId: string, lines: string): Promise<void>;
}

export function createSinkFiles(folder: string): SinkFiles {
  return {
    async append(log, sinkId, lines) {
      await mkdir(join(folder, log), { recursive: true, mode: 0o700 });
      const file = await open(join(folder, log, `${sinkId}.ndjson`), 'a', 0o600);
      try {
        await file.appendFile(lines);
        await file.datasync();
      } finally {
        await file.close();
      }
    },
  };
}
