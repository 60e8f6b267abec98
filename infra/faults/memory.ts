import { readFileSync } from 'node:fs';
import type { Stack } from '../stack/stack.ts';

/** Resident megabytes of every process of ours by name, where the system tells. */
export function residentMegabytes(stack: Stack): Map<string, number> {
  const found = new Map<string, number>();
  for (const { name, tier, pid } of stack.processes()) {
    if (tier === 'engine' || pid === null) continue;
    try {
      const [, kilobytes] =
        /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? [];
      if (kilobytes !== undefined) found.set(`${name} ${String(pid)}`, Number(kilobytes) / 1024);
    } catch {
      // gone, or not Linux
    }
  }
  return found;
}

/** The most that one process has grown by; processes that were started meanwhile are left out. */
export function largestGrowth(before: Map<string, number>, after: Map<string, number>): number {
  const grown = [...before].flatMap(([name, was]) => {
    const is = after.get(name);
    return is === undefined ? [] : [is - was];
  });
  return Math.max(0, ...grown);
}
