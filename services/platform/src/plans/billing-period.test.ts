import { describe, expect, it } from '@jest/globals';
import { billingPeriod } from './billing-period.ts';

describe('billingPeriod', () => {
  it.each([
    ['2026-11-22T13:00:00.000Z', '2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
    ['2026-12-31T23:59:59.999Z', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2028-02-01T00:00:00.000Z', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
  ])('of %s is from %s to %s', (now, from, to) => {
    const period = billingPeriod(new Date(now));
    expect([period.from.toISOString(), period.to.toISOString()]).toEqual([from, to]);
  });
});
