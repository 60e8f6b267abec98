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
    usage.note({ id: 'pat_1', ip: '192.0.2.1', service: 'platform' });
    usage.note({ id: 'pat_1', ip: null, service: 'platform' });
    usage.note({ id: 'pat_2', ip: null, service: 'platform' });
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
    usage.note({ id: 'pat_1', ip: null, service: 'platform' }, at);
    await usage.flush();
    usage.note({ id: 'pat_1', ip: null, service: 'platform' }, new Date(at.getTime() + 59_000));
    await usage.flush();
    expect(written).toHaveLength(1);
    usage.note({ id: 'pat_1', ip: null, service: 'platform' }, new Date(at.getTime() + 61_000));
    await usage.stop();
    expect(written).toHaveLength(2);
  });

  it('reports a database that is away, and goes on', async () => {
    const { usage, errors } = recorder(true);
    usage.note({ id: 'pat_1', ip: null, service: 'platform' });
    await usage.flush();
    expect(errors).toHaveLength(1);
  });

  it('stays small however many credentials there are', async () => {
    const { usage, written } = recorder();
    for (let i = 0; i < 12_000; i++) usage.note({ id: `pat_${i}`, ip: null, service: 'platform' });
    await usage.flush();
    expect(written[0]).toHaveLength(10_000);
  });
});
