import { spawn } from 'node:child_process';
import { rootFolder } from '../root-folder.ts';

export interface CommandResult {
  ok: boolean;
  /** stdout and stderr in the order they came. */
  output: string;
  seconds: number;
}

/** How long output may still come after the command has ended. */
const drainMs = 2000;

/** Runs a Node script of the repository to its end. An abort kills it and counts as a failure. */
export async function runCommand(
  args: string[],
  options: { env?: Record<string, string>; signal?: AbortSignal; onOutput?: (text: string) => void } = {},
): Promise<CommandResult> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: rootFolder,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (): void => void child.kill('SIGTERM');
  options.signal?.addEventListener('abort', kill, { once: true });
  if (options.signal?.aborted === true) kill();
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      options.onOutput?.(text);
    });
  }
  const ok = await new Promise<boolean>((resolve) => {
    child.once('error', (error) => {
      output += error.message;
      resolve(false);
    });
    child.once('close', (code) => resolve(code === 0));
    // A grandchild that was left behind may hold the pipes open for ever: the command itself has ended.
    child.once('exit', (code) => {
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        resolve(code === 0);
      }, drainMs).unref();
    });
  });
  options.signal?.removeEventListener('abort', kill);
  return { ok, output, seconds: (performance.now() - startedAt) / 1000 };
}
