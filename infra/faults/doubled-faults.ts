import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@pcft/testing';
import type { Fault } from './fault.ts';

/** What a balancer needs until it has noticed that a process is back. */
const settleMs = 1_000;

const rolling: Fault = {
  name: 'rolling-restart',
  proves: [18],
  doubled: true,
  unnoticed: true,
  answersInTime: true,
  inject: async ({ stack, serving, note }) => {
    const random = seededRandom();
    const left = [...serving];
    const order: string[] = [];
    while (left.length > 0) order.push(...left.splice(random.below(left.length), 1));
    note(`seed ${String(random.seed)}: ${order.join(', ')}`);
    for (const name of order) {
      const process = stack.process(name);
      await process.restart();
      await sleep(settleMs);
    }
  },
};

/** One of two instances; whoever calls should hardly notice. */
const one = (name: string, what: 'freeze' | 'kill'): Fault => ({
  name: `${name}-${what}-one-of-two`,
  proves: what === 'freeze' ? [17] : [1],
  doubled: true,
  answersInTime: true,
  inject: async ({ stack, serving, settings, load, note }) => {
    const chosen = serving.find((each) => each.startsWith(`${name}-`)) ?? '';
    const from = load.calls.length;
    if (what === 'freeze') {
      stack.process(chosen).pause();
      await sleep(Math.min(settings.freezeSeconds, 8) * 1000);
      stack.process(chosen).resume();
    } else {
      await stack.process(chosen).kill();
      await sleep(2_000);
      await stack.process(chosen).start();
    }
    const failed = load.calls
      .slice(from)
      .filter(({ kind, status }) => status !== null && status !== kind.acknowledgedBy);
    note(`${String(failed.length)} of ${String(load.calls.length - from)} calls failed`);
  },
});

export const doubledFaults: readonly Fault[] = [
  one('projects', 'freeze'),
  one('platform', 'freeze'),
  one('platform', 'kill'),
  rolling,
];
