import { describe, expect, it } from '@jest/globals';
import { WakeUp } from './wake-up.ts';

const timed = async (work: Promise<void>): Promise<number> => {
  const from = performance.now();
  await work;
  return performance.now() - from;
};

describe('WakeUp', () => {
  it('waits until the time is over', async () => {
    expect(await timed(new WakeUp().wait(60))).toBeGreaterThanOrEqual(55);
  });

  it('wakes at a call, also at one that came before', async () => {
    const alarm = new WakeUp();
    setTimeout(() => alarm.wake(), 10);
    expect(await timed(alarm.wait(5_000))).toBeLessThan(1_000);
    alarm.wake();
    expect(await timed(alarm.wait(5_000))).toBeLessThan(1_000);
    expect(await timed(alarm.wait(60))).toBeGreaterThanOrEqual(55);
  });

  it('sleeps through calls unless cut short', async () => {
    const alarm = new WakeUp();
    let cut = false;
    const sleeping = timed(alarm.sleep(80, () => cut));
    alarm.wake();
    expect(await sleeping).toBeGreaterThanOrEqual(75);
    setTimeout(() => {
      cut = true;
      alarm.wake();
    }, 10);
    expect(await timed(alarm.sleep(5_000, () => cut))).toBeLessThan(1_000);
  });
});
