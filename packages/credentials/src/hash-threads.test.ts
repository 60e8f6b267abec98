import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import bcrypt from 'bcrypt';
import { createHashThreads } from './hash-threads.ts';

/** The nice value of every thread of this process (proc_pid_stat(5), field 19). */
function niceValues(): number[] {
  return readdirSync('/proc/self/task').map((id) => {
    const fields = readFileSync(`/proc/self/task/${id}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[16]);
  });
}

describe('a hash thread', () => {
  it('gives way to everything else, and nothing else gives way with it', async () => {
    const lowest = (): number => niceValues().filter((nice) => nice === 19).length;
    const before = lowest();
    const threads = createHashThreads(1);
    const hash = await threads.run({ kind: 'hash', password: 'a password', cost: 4 });
    expect(lowest() - before).toBe(1);
    expect(niceValues()).toContain(0);
    expect(await bcrypt.compare('a password', hash)).toBe(true);
  });

  it('leaves the event loop alone for as long as it works', async () => {
    const threads = createHashThreads(1);
    let turns = 0;
    const ticking = setInterval(() => turns++, 1);
    await threads.run({ kind: 'hash', password: 'a password', cost: 12 });
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(20);
  });
});
