import { describe, expect, it } from '@jest/globals';
import { billingPeriod } from '../plans/billing-period.ts';
import { daysSince, lastDays, sumOver } from './days-of-usage.ts';

const now = new Date('2026-03-02T00:00:00.000Z');
const counted = [
  { day: '2026-02-27', calls: 5, refused: 1 },
  { day: '2026-03-01', calls: 7, refused: 0 },
  { day: '2026-03-02', calls: 1, refused: 2 },
];

describe('usage by day', () => {
  it('has one entry a day, those without calls too', () => {
    expect(lastDays(counted, 4, now)).toEqual([
      { day: '2026-02-27', calls: 5, refused: 1 },
      { day: '2026-02-28', calls: 0, refused: 0 },
      { day: '2026-03-01', calls: 7, refused: 0 },
      { day: '2026-03-02', calls: 1, refused: 2 },
    ]);
    expect(lastDays(counted, 1, now).map(({ day }) => day)).toEqual(['2026-03-02']);
  });

  it('sums what lies in the billing period', () => {
    expect(sumOver(counted, billingPeriod(now))).toEqual({ calls: 8, refused: 2 });
  });

  it('reaches back to its first day', () => {
    expect(daysSince(billingPeriod(now), now)).toBe(2);
    expect(daysSince(billingPeriod(now), new Date('2026-03-31T23:59:59.999Z'))).toBe(31);
    expect(daysSince(billingPeriod(now), new Date('2026-03-01T00:00:00.000Z'))).toBe(1);
  });
});
