import { InTurn } from '@pcft/credentials';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeliveryFailed } from './delivery.ts';

/** NDJSON in a folder that the operator has named; nothing of the path is the caller's. */
export interface SinkFiles {
  /**
   * Resolves when the lines are on the disk. Where that fails, some of them may stand there; half a line does not stay.
   *
   * @param lines each with its end
   * @throws DeliveryFailed with the reason of the disk
   */
  append(log: string, sinkId: string, lines: string): Promise<void>;
}

export function createSinkFiles(folder: string): SinkFiles {
  const turns = new InTurn();
  return {
    append(log, sinkId, lines) {
      const path = join(folder, log, `${sinkId}.ndjson`);
      return turns.run(path, () =>
        appendLines(path, Buffer.from(lines)).catch((cause: NodeJS.ErrnoException) => {
          throw new DeliveryFailed(`the file cannot be written: ${cause.code ?? 'unknown'}`, { cause });
        }),
      );
    },
  };
}

async function appendLines(path: string, lines: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'a+', 0o600);
  try {
    // What a process left that died in the middle of a write, or a disk that was full.
    await cutHalfLine(file);
    try {
      for (let at = 0; at < lines.length;) at += (await file.write(lines, at)).bytesWritten;
      await file.datasync();
    } catch (error) {
      await cutHalfLine(file).catch(() => undefined); // the next write sees to it
      throw error;
    }
  } finally {
    await file.close();
  }
}

/** Another process may be in the middle of a write, of a test message: what grows meanwhile is let be. */
const settleMs = 50;

/** Cuts the file back to the end of its last whole line: the rows behind it come again, and readers parse every line. */
async function cutHalfLine(file: FileHandle): Promise<void> {
  for (;;) {
    const { size } = await file.stat();
    const end = await endOfLines(file, size);
    if (end === size) return;
    await sleep(settleMs);
    if ((await file.stat()).size !== size) continue;
    return file.truncate(end);
  }
}

const lineFeed = 10;
const blockBytes = 64 * 1024;

/** The place behind the last line feed; 0 where there is none. */
async function endOfLines(file: FileHandle, size: number): Promise<number> {
  // Nearly always the last byte is one.
  let block = 1;
  for (let end = size; end > 0;) {
    const from = Math.max(0, end - block);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - from), 0, end - from, from);
    const found = buffer.subarray(0, bytesRead).lastIndexOf(lineFeed);
    if (found !== -1) return from + found + 1;
    end = from;
    block = blockBytes;
  }
  return 0;
}
