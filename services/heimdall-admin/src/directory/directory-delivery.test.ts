import { describe, expect, it } from '@jest/globals';
import { createDirectoryDelivery } from './directory-delivery.ts';
import type { PendingRecord } from './directory-record.ts';

const pending: PendingRecord[] = [
  {
    seq: 7n,
    record: { kind: 'app-key', id: 'key_1', app_id: 'app_1', version: 2, deleted: true, data: null },
  },
];

/** Tokens answers as it is told, one after the other; what it is told last stays. */
function setUp(...script: ('applied' | 'refused' | 'away' | 'silent')[]) {
  const confirmed: bigint[] = [];
  const errors: unknown[] = [];
  let attempts = 0;
  const delivery = createDirectoryDelivery({
    patienceMs: 300,
    onError: (error) => void errors.push(error),
    queue: {
      pendingOf: () => Promise.resolve([]),
      pendingDeletions: () => Promise.resolve([]),
      confirm: async (seqs) => void confirmed.push(...seqs),
      count: () => Promise.resolve(0),
    },
    tokens: {
      async apply(_records, timeoutMs) {
        const step = script[Math.min(attempts++, script.length - 1)];
        if (step === 'silent') await new Promise((resolve) => setTimeout(resolve, timeoutMs));
        if (step === 'silent' || step === 'away') throw new Error(step);
        return step ?? 'applied';
      },
    },
  });
  return { delivery, confirmed, errors, attempts: () => attempts };
}

describe.each(['widening', 'narrowing'] as const)('a %s change', (reach) => {
  it('is confirmed when tokens has it', async () => {
    const { delivery, confirmed, attempts } = setUp('applied');
    await delivery.settle(pending, reach);
    expect([confirmed, attempts()]).toEqual([[7n], 1]);
  });

  it('survives one connection that was closed under it', async () => {
    const { delivery, confirmed, errors } = setUp('away', 'applied');
    await delivery.settle(pending, reach);
    expect([confirmed, errors]).toEqual([[7n], []]);
  });

  it('with nothing to deliver asks nobody', async () => {
    const { delivery, attempts } = setUp('away');
    await delivery.settle([], reach);
    expect(attempts()).toBe(0);
  });
});

describe('what is not confirmed', () => {
  it.each(['away', 'silent', 'refused'] as const)(
    'lets a widening change answer when tokens is %s',
    async (step) => {
      const { delivery, confirmed } = setUp(step);
      await delivery.settle(pending, 'widening');
      expect(confirmed).toEqual([]);
    },
  );

  it.each(['away', 'silent', 'refused'] as const)(
    'is said of a narrowing change when tokens is %s',
    async (step) => {
      const { delivery, confirmed } = setUp(step);
      await expect(delivery.settle(pending, 'narrowing')).rejects.toMatchObject({
        status: 503,
        headers: { 'Retry-After': '1' },
      });
      expect(confirmed).toEqual([]);
    },
  );

  it('is tried as long as a narrowing change may wait, and twice for a widening one', async () => {
    const [narrowing, widening] = [setUp('away'), setUp('away')];
    await narrowing.delivery.settle(pending, 'narrowing').catch(() => undefined);
    await widening.delivery.settle(pending, 'widening');
    expect(narrowing.attempts()).toBeGreaterThan(2);
    expect(widening.attempts()).toBe(2);
  });

  it('keeps nobody longer than the patience', async () => {
    const { delivery } = setUp('silent');
    const startedAt = performance.now();
    await delivery.settle(pending, 'narrowing').catch(() => undefined);
    expect(performance.now() - startedAt).toBeLessThan(600);
  });
});
