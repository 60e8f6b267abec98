import { checks, type Check } from './checks.ts';
import { runCommand, type CommandResult } from './run-command.ts';

export interface CheckResult extends CommandResult {
  name: string;
}

/**
 * Runs every check, two at a time, and prints what a failing one says at once.
 * @returns the results in the order of the table
 */
export async function runChecks(signal: AbortSignal, log: (line: string) => void): Promise<CheckResult[]> {
  const results = new Map<string, CheckResult>();
  const queue = [...checks];
  const worker = async (): Promise<void> => {
    for (let next: Check | undefined = queue.shift(); next !== undefined; next = queue.shift()) {
      const result = await runCommand(next.args, { signal });
      results.set(next.name, { name: next.name, ...result });
      if (!result.ok) log(`--- ${next.name}\n${result.output.trim()}\n---`);
    }
  };
  await Promise.all([worker(), worker()]);
  return checks.flatMap(({ name }) => results.get(name) ?? []);
}

/** Name, seconds and outcome of each check, one per line. */
export function checkTable(results: readonly CheckResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  return results
    .map(
      ({ name, seconds, ok }) =>
        `${name.padEnd(width)}  ${seconds.toFixed(1).padStart(6)} s  ${ok ? 'ok' : 'FAILED'}`,
    )
    .join('\n');
}
