import { describe, expect, it } from '@jest/globals';
import { UsageRecorder } from './usage-recorder.ts';
import type { Use } from './usage-store.ts';

function recorder(fail = false) {
  const written: Use[][] = [];
  const errors: unknown[] = [];
  const usage = new UsageRecorder({
    store: {
      write: async (uses) => {
        if (fail) throw new Error('away');
        written.push([...uses]);
      },
    },
    onError: (error) => errors.push(error),
  });
  return { usage, written, errors };
}

describe('UsageRecorder', () => {
  it('writes many uses of a credential once, with the last address known', async () => {
    const { usage, written } = recorder();
    usage.note('pat_1', '192.0.2.1');
    usage.note('pat_1', null);
    usage.note('pat_2', null);
    await usage.flush();
    expect(written).toHaveLength(1);
    expect(written[0]).toMatchObject([
      { id: 'pat_1', ip: '192.0.2.1' },
      { id: 'pat_2', ip: null },
    ]);
  });

  it('writes a credential at most once a minute', async () => {
    const { usage, written } = recorder();
    const at = new Date();
    usage.note('pat_1', null, at);
    await usage.flush();
    usage.note('pat_1', null, new Date(at.getTime() + 59_000));
    await usage.flush();
    expect(written).toHaveLength(1);
    usage.note('pat_1', null, new Date(at.getTime() + 61_000));
    await usage.stop();
    expect(written).toHaveLength(2);
  });

  it('reports a database that is away, and goes on', async () => {
    const { usage, errors } = recorder(true);
    usage.note('pat_1', null);
    await usage.flush();
    expect(errors).toHaveLength(1);
  });

  it('stays small however many credentials there are', async () => {
    const { usage, written } = recorder();
    for (let i = 0; i < 12_000; i++) usage.note(`pat_${i}`, null);
    await usage.flush();
    expect(written[0]).toHaveLength(10_000);
  });
});
