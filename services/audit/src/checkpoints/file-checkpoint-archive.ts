import { mkdir, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFullCheckpoint, parseStatement, statementHash, type FullCheckpoint } from '@pcft/audit-proof';

/** Checkpoints outside the database: what somebody who may do anything to the database cannot reach. */
export interface CheckpointArchive {
  /** The newest it holds, or `null`. */
  last(): Promise<{ readonly number: number; readonly hash: string } | null>;
  /** Resolves when they are on the disk. */
  append(checkpoints: readonly FullCheckpoint[]): Promise<void>;
}

/**
 * NDJSON files, one a day, only ever appended to; their names sort as they were made. On a volume of its own, or one
 * that is copied away, they are the witness of `pcft audit verify --checkpoints`.
 */
export function createFileCheckpointArchive(folder: string): CheckpointArchive {
  return {
    async last() {
      await mkdir(folder, { recursive: true, mode: 0o750 });
      const names = (await readdir(folder)).filter((name) => name.endsWith('.ndjson')).sort();
      for (const name of names.reverse()) {
        const lines = (await readFile(join(folder, name), 'utf8')).split('\n');
        // A line that a crash cut short is no checkpoint; it is written anew.
        const whole = lines.slice(0, -1).map(parse);
        const newest = whole.findLast((each) => each !== null);
        if (newest) return newest;
      }
      return null;
    },
    async append(checkpoints) {
      const byDay = Map.groupBy(checkpoints, ({ checkpoint }) => dayOf(checkpoint.statement));
      for (const [day, members] of byDay) {
        const file = await open(join(folder, `${day}.ndjson`), 'a', 0o640);
        try {
          const { size } = await file.stat();
          const start = size > 0 && !(await endsWithLine(join(folder, `${day}.ndjson`))) ? '\n' : '';
          const lines = members.map(({ checkpoint, spans }) => JSON.stringify({ checkpoint, spans }));
          await file.appendFile(`${start}${lines.join('\n')}\n`);
          await file.datasync();
        } finally {
          await file.close();
        }
      }
    },
  };
}

function dayOf(statement: string): string {
  return parseStatement(statement)?.made_at.slice(0, 10) ?? 'unknown';
}

function parse(line: string): { number: number; hash: string } | null {
  try {
    const value: unknown = JSON.parse(line);
    const statement = isFullCheckpoint(value) ? parseStatement(value.checkpoint.statement) : null;
    return statement && isFullCheckpoint(value)
      ? { number: statement.number, hash: statementHash(value.checkpoint) }
      : null;
  } catch {
    return null;
  }
}

async function endsWithLine(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] === 10;
  } finally {
    await file.close();
  }
}
