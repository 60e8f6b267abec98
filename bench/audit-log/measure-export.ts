import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface ExportFigures {
  readonly rows: number;
  readonly seconds: number;
  readonly megabytes: number;
  /** Of audit's process in MB: before, and as it was while sending, at ten moments. */
  readonly memory: readonly number[];
  readonly peak: number;
}

/** Exports the whole log into a file and watches the memory of audit's process. */
export async function measureExport(
  url: URL,
  auth: string,
  { file, pid }: { readonly file: string; readonly pid: number },
): Promise<ExportFigures> {
  const seen = [residentMegabytes(pid)];
  const watch = setInterval(() => seen.push(residentMegabytes(pid)), 250);
  const start = performance.now();
  let bytes = 0;
  let rows = 0;
  try {
    const response = await fetch(url, { headers: { authorization: `Bearer ${auth}` } });
    if (response.status !== 200 || !response.body) throw new Error(`export: ${response.status}`);
    await pipeline(
      Readable.fromWeb(response.body),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          bytes += chunk.length;
          for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) rows++;
          yield chunk;
        }
      },
      createWriteStream(file),
    );
  } finally {
    clearInterval(watch);
  }
  const moments = Array.from({ length: 11 }, (_, n) => seen[Math.floor(((seen.length - 1) * n) / 10)] ?? 0);
  return {
    rows,
    seconds: (performance.now() - start) / 1_000,
    megabytes: Math.round(bytes / 1e6),
    memory: moments,
    peak: Math.max(...seen),
  };
}

/** Runs the command line's verifier over the file. */
export async function measureVerify(
  root: string,
  file: string,
  options: { readonly keys: string; readonly checkpoints: string },
): Promise<{ readonly rows: number; readonly seconds: number; readonly ok: boolean }> {
  const start = performance.now();
  const args = [
    'audit',
    'verify',
    file,
    '--keys',
    options.keys,
    '--checkpoints',
    options.checkpoints,
    '--json',
  ];
  const child = spawn(process.execPath, [join(root, 'packages/cli/bin/pcft.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  const { rows, ok } = JSON.parse(text) as { rows: number; ok: boolean };
  return { rows, ok, seconds: (performance.now() - start) / 1_000 };
}

export function residentMegabytes(pid: number): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1_024);
}
