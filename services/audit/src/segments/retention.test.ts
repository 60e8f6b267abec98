import { describe, expect, it } from '@jest/globals';
import { planCatalogue } from '@pcft/plans';
import { firstKept } from './retention.ts';
import { retentionRules } from './retention-rules.ts';

describe('firstKept', () => {
  it.each([
    ['2026-11-22', 30, 202610],
    ['2026-11-30', 30, 202610],
    ['2026-12-01', 30, 202611],
    ['2026-11-22', 365, 202511],
    // Never less than the database allows.
    ['2026-11-22', 1, 202610],
  ])('on %s, of rows kept for %d days, is %d', (day, days, expected) => {
    expect(firstKept(new Date(`${day}T12:00:00Z`), days)).toBe(expected);
  });
});

describe('retentionRules', () => {
  const account = 'acc_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V';
  const kept = async (
    plansNow: Record<string, string> | Error,
    { left = {}, days = 100, limits = '' } = {},
  ) => {
    const errors: unknown[] = [];
    const rules = retentionRules({
      days,
      plans: planCatalogue(limits),
      source: {
        plansOf: () =>
          plansNow instanceof Error
            ? Promise.reject(plansNow)
            : Promise.resolve(new Map(Object.entries(plansNow))),
      },
      former: { leftSince: () => Promise.resolve(new Map(Object.entries(left))) },
      onError: (error) => errors.push(error),
    });
    const found = await rules?.daysOf(['ws_1', 'ws_2', account]);
    return { days: [...(found ?? []).values()], errors };
  };

  it('keeps everything where nothing is set', () => {
    const never = () => Promise.reject(new Error('nobody is asked'));
    const rules = retentionRules({
      ...{ days: undefined, plans: planCatalogue(), source: { plansOf: never } },
      ...{ former: { leftSince: never }, onError: () => undefined },
    });
    expect(rules).toBeNull();
  });

  it('gives each workspace what its own plan promises, and never less than the operator says', async () => {
    expect((await kept({ ws_1: 'free', ws_2: 'pro' })).days).toEqual([100, 365, 100]);
    expect((await kept({ ws_1: 'free', ws_2: 'business' }, { days: 30 })).days).toEqual([30, 2555, 30]);
    const limits = 'free.audit_retention_days=45';
    expect((await kept({ ws_1: 'free', ws_2: 'pro' }, { days: 30, limits })).days).toEqual([45, 365, 30]);
  });

  it('lets the plan that was left a while ago hold on', async () => {
    const left = { ws_1: ['pro', 'business'], ws_2: ['free'] };
    expect((await kept({ ws_1: 'free', ws_2: 'pro' }, { left })).days).toEqual([2555, 365, 100]);
  });

  it('takes what is not known for the most', async () => {
    expect((await kept({ ws_1: 'free' })).days).toEqual([100, 2555, 100]);
    expect((await kept({ ws_1: 'enterprise', ws_2: 'free' })).days).toEqual([2555, 100, 100]);
    expect((await kept({ ws_1: 'free', ws_2: 'free' }, { left: { ws_2: ['enterprise'] } })).days).toEqual([
      100, 2555, 100,
    ]);
    const away = await kept(new Error('platform is away'));
    expect([away.days, away.errors.length]).toEqual([[2555, 2555, 100], 1]);
  });
});
