import type { Period } from '../plans/billing-period.ts';
import type { CountedUsage } from './usage-log.ts';

type Day = CountedUsage['days'][number];

const dayMs = 86_400_000;

/** So many days up to today, UTC, the oldest first; those without calls with zero. */
export function lastDays(counted: readonly Day[], count: number, now: Date): Day[] {
  const known = new Map(counted.map((each) => [each.day, each]));
  return Array.from({ length: count }, (_, n) => {
    const day = dayOf(new Date(now.getTime() - (count - 1 - n) * dayMs));
    return known.get(day) ?? { day, calls: 0, refused: 0 };
  });
}

/** All calls of a period. */
export function sumOver(counted: readonly Day[], { from, to }: Period): { calls: number; refused: number } {
  const inside = counted.filter(({ day }) => day >= dayOf(from) && day < dayOf(to));
  return {
    calls: inside.reduce((sum, { calls }) => sum + calls, 0),
    refused: inside.reduce((sum, { refused }) => sum + refused, 0),
  };
}

/** How many days back the period begins, today included. */
export function daysSince({ from }: Period, now: Date): number {
  return Math.floor((now.getTime() - from.getTime()) / dayMs) + 1;
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}
