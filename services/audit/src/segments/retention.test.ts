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
  const logs = ['ws_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V', 'acc_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V'];

  it('keeps everything where nothing is set', () => {
    expect(retentionRules(undefined, planCatalogue())).toBeNull();
  });

  it('gives no workspace less than the greatest plan promises', async () => {
    const days = async (limits: string) => [
      ...((await retentionRules(100, planCatalogue(limits))?.daysOf(logs)) ?? []).values(),
    ];
    expect(await days('')).toEqual([2555, 100]);
    const small = 'free.audit_retention_days=30,pro.audit_retention_days=60,business.audit_retention_days=90';
    expect(await days(small)).toEqual([100, 100]);
  });
});
