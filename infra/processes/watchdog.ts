import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/**
 * Stops everything of this run when the supervisor dies without doing so itself (kill -9, out of memory): a shell
 * that sleeps on a pipe whose other end only we hold, and so wakes when we are gone.
 */
export function startWatchdog(dataDir: string, run: string): { stop(): Promise<void> } {
  if (process.platform === 'win32') return { stop: async () => undefined };
  const script = 'cat >/dev/null; exec "$0" "$@"';
  const cleaner = join(import.meta.dirname, 'stop-leftovers-of.ts');
  const child = spawn('/bin/sh', ['-c', script, process.execPath, cleaner, dataDir, run], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env: { PATH: process.env['PATH'] },
  });
  child.on('error', () => undefined); // no shell: the next start still cleans up
  child.unref();
  return {
    stop: async () => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      child.ref(); // its end is what we wait for now
      const gone = once(child, 'exit');
      process.kill(-child.pid, 'SIGKILL'); // the shell and its cat
      await gone;
    },
  };
}
