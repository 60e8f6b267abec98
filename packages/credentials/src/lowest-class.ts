import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';

/**
 * Moves the calling thread to SCHED_IDLE (sched(7)), for good. A thread of the lowest nice value is still left alone for a
 * slice of its own, up to 4 ms, when another wakes on its processor; one of this class gives way at once, and a processor
 * that has nothing else counts as free when the kernel looks for one. Node has no call for it, `chrt` of util-linux does
 * it. Where that is missing the thread keeps what priority it has.
 */
export function enterLowestClass(): void {
  try {
    const thread = readlinkSync('/proc/thread-self').split('/').at(-1) ?? '';
    execFileSync('chrt', ['--idle', '--pid', '0', thread], { stdio: 'ignore', timeout: 1_000 });
  } catch {
    // No Linux, or no chrt.
  }
}
