import type { DayCount } from './prisma-count-store.ts';

export interface WireCount {
  day: string;
  /** `null`: all others together. */
  name: string | null;
  rows: number;
}

/** Days in order; of the keys the most frequent ones over all days, and what is left as one. */
export function topCounts(counts: readonly DayCount[], top: number): WireCount[] {
  const totals = new Map<string, number>();
  for (const { name, rows } of counts) totals.set(name, (totals.get(name) ?? 0) + rows);
  const named = new Set(
    [...totals]
      .sort(([a, more], [b, less]) => less - more || (a < b ? -1 : 1))
      .slice(0, top)
      .map(([name]) => name),
  );
  const merged = new Map<string, WireCount>();
  for (const { day, name, rows } of counts) {
    const shown = named.has(name) ? name : null;
    const at = `${day} ${shown ?? ''}`;
    merged.set(at, { day, name: shown, rows: (merged.get(at)?.rows ?? 0) + rows });
  }
  return [...merged.values()].sort(
    (a, b) =>
      (a.day === b.day ? 0 : a.day < b.day ? -1 : 1) ||
      b.rows - a.rows ||
      // Where all others are as many as a named one, they come behind it.
      Number(a.name === null) - Number(b.name === null) ||
      ((a.name ?? '') < (b.name ?? '') ? -1 : 1),
  );
}
