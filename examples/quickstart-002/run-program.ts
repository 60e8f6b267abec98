import { spawn } from 'node:child_process';

export interface ProgramRun {
  readonly command: string;
  readonly args: readonly string[];
  /** Everything of the environment: nothing of ours is inherited. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/** Runs a program to its end. @returns what it printed @throws Error with stderr unless it exits with 0 */
export async function runProgram({ command, args, env, cwd }: ProgramRun): Promise<string> {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}: ${Buffer.concat(err).toString()}`);
  return Buffer.concat(out).toString();
}
