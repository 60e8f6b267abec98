import { describe, expect, it } from '@jest/globals';
import { createLastUseReporter } from './last-use-reporter.ts';

function setUp(...failing: boolean[]) {
  const reports: string[][] = [];
  const errors: unknown[] = [];
  const reporter = createLastUseReporter({
    door: {
      async reportLastUse(items) {
        if (failing.shift()) throw new Error('away');
        reports.push(items.map(({ id }) => id));
      },
    },
    onError: (error) => void errors.push(error),
    everyMs: 5,
  });
  return { reporter, reports, errors };
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('createLastUseReporter', () => {
  it('reports each id once, in reports of 1,000 at most', async () => {
    const { reporter, reports } = setUp();
    for (let i = 0; i < 2_500; i++) reporter.note(`key_${i}`);
    for (let i = 0; i < 2_500; i++) reporter.note(`key_${i}`);
    await reporter.stop();
    expect(reports.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  });

  it('repeats what did not arrive', async () => {
    const { reporter, reports, errors } = setUp(true, true);
    reporter.note('key_1');
    reporter.start();
    const deadline = Date.now() + 5_000;
    while (reports.length === 0 && Date.now() < deadline) await pause(5);
    await reporter.stop();
    expect([reports, errors.length]).toEqual([[['key_1']], 2]);
  });

  it('keeps no more than 20,000 while nobody takes them', async () => {
    const { reporter, reports } = setUp(true);
    for (let i = 0; i < 25_000; i++) reporter.note(`key_${i}`);
    await reporter.stop();
    await reporter.stop();
    expect(reports.flat()).toHaveLength(20_000);
  });
});
