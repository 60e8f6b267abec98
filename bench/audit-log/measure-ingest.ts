import { readdirSync, readFileSync } from 'node:fs';
import { createBus } from '../../packages/events/src/index.ts';
import { batchRows, sendBatches } from '../send-batches.ts';
import { bareBatch } from './history.ts';

export interface IngestFigures {
  readonly perSecond: number;
  /** Processor time of each in µs an event: who of them is the narrow place, on a machine that they share. */
  readonly microseconds: Readonly<Record<string, number>>;
}

/**
 * Batches as relays send them, into one log, answered after the commit: the hardest case, since one chain grows one
 * batch after the other.
 *
 * @param pids of the processes whose time is told; children are theirs
 */
export async function measureIngest(
  natsUrl: string,
  log: string,
  { pids, seconds }: { readonly pids: Readonly<Record<string, number>>; readonly seconds: number },
): Promise<IngestFigures> {
  const bus = createBus({ url: natsUrl, name: 'bench' });
  while (!bus.connected()) await new Promise((resolve) => setTimeout(resolve, 50));
  // Made beforehand: what services spend on it is not audit's.
  const batches = Array.from({ length: seconds * 40 }, () =>
    Buffer.from(JSON.stringify(bareBatch(log, batchRows))),
  );
  const before = Object.entries(pids).map(([name, pid]) => [name, processorSeconds(pid)] as const);
  const taken = await sendBatches(bus, batches, seconds);
  const spent = before.map(([name, at]): [string, number] => {
    const seconds = processorSeconds(pids[name] ?? 0) - at;
    return [name, Math.round((seconds * 1e6) / taken.events)];
  });
  await bus.close();
  return { perSecond: Math.round(taken.events / taken.seconds), microseconds: Object.fromEntries(spent) };
}

/** User and system time of a process and its children, in the clock ticks of Linux, a hundred a second. */
function processorSeconds(pid: number): number {
  let ticks = 0;
  for (const each of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = statOf(each);
    if (Number(each) === pid || Number(stat[1]) === pid) ticks += Number(stat[11]) + Number(stat[12]);
  }
  return ticks / 100;
}

/** Fields behind the command's name, which may hold anything. */
function statOf(pid: string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    // It ended meanwhile.
    return [];
  }
}
