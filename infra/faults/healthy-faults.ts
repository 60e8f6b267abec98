import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, FaultContext } from './fault.ts';
import { isAcknowledged, type LoadCall } from './steady-load.ts';
import { VisibilityWatch } from './visibility-watch.ts';

const at = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? NaN;

/** Seconds from the end of each acknowledged call until its row could be read. */
function delays(calls: readonly LoadCall[], watch: VisibilityWatch): number[] {
  return calls
    .filter(isAcknowledged)
    .map(({ id, endedAt }) => Math.max(0, (watch.seenAt.get(id) ?? Infinity) - (endedAt ?? 0)) / 1000)
    .sort((a, b) => a - b);
}

async function watched(context: FaultContext, body: () => Promise<void>): Promise<VisibilityWatch> {
  const watch = new VisibilityWatch(context.databases, context.world.owner.workspace.id);
  try {
    await body();
  } finally {
    await watch.stop();
  }
  return watch;
}

const nothing: Fault = {
  name: 'nothing',
  proves: [4],
  answersInTime: true,
  unnoticed: true,
  inject: async (context) => {
    const { load, note, broken } = context;
    const from = load.calls.length;
    let until = from;
    const watch = await watched(context, async () => {
      await sleep(10_000);
      until = load.calls.length;
      await sleep(3_000);
    });
    const seen = delays(load.calls.slice(from, until), watch);
    const [p50, p99] = [at(seen, 0.5), at(seen, 0.99)];
    note(`visible after p50 ${p50.toFixed(2)} s, p99 ${p99.toFixed(2)} s (${String(seen.length)} calls)`);
    if (!(p99 <= 2)) broken('rows are not visible within 2 s at p99');
  },
};

const natsOutage: Fault = {
  name: 'nats-outage',
  proves: [4],
  inject: async (context) => {
    const { stack, load, note, broken, settings, databases } = context;
    const from = load.calls.length;
    let missed: LoadCall[] = [];
    let backAt = 0;
    const watch = await watched(context, async () => {
      await stack.process('nats').kill();
      await sleep(settings.outageSeconds * 1000);
      note(`${String(await databases.waiting())} events waited when NATS came back`);
      missed = load.calls.slice(from).filter(isAcknowledged);
      await stack.process('nats').start();
      backAt = performance.now();
      await sleep(11_000);
    });
    const last = Math.max(...missed.map(({ id }) => (watch.seenAt.get(id) ?? Infinity) - backAt)) / 1000;
    note(
      `after ${String(settings.outageSeconds)} s without NATS all ${String(missed.length)} calls visible ` +
        `${last.toFixed(2)} s after it was back`,
    );
    if (!(last <= 10)) broken('rows are not visible within 10 s of the end of the outage');
  },
};

export const healthyFaults: readonly Fault[] = [nothing, natsOutage];
