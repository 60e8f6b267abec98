import { idTime } from '@pcft/credentials';

/**
 * A month as a number, 202611, in UTC: the one in which a row got its place in the chain. Partitions hold one each,
 * and along a chain they only rise.
 */
export function segmentOf(time: Date): number {
  return time.getUTCFullYear() * 100 + time.getUTCMonth() + 1;
}

export function segmentAfter(segment: number, months: number): number {
  const month = Math.floor(segment / 100) * 12 + (segment % 100) - 1 + months;
  return Math.floor(month / 12) * 100 + (month % 12) + 1;
}

/** When a segment ends, exclusive. */
export function segmentEnd(segment: number): Date {
  return new Date(Date.UTC(Math.floor(segment / 100), segment % 100, 1));
}

/** Clocks may differ by so much between whoever makes an event and the log's database. */
const skewMonths = 1;

/**
 * The first segment in which an event of this id can stand: none before the month it says it was made in. 0, which is
 * before all of them, where the id says nothing (`raw_…`).
 */
export function firstSegmentOf(id: string): number {
  const time = id.startsWith('aud_') ? idTime(id) : null;
  return time === null ? 0 : segmentAfter(segmentOf(new Date(time)), -skewMonths);
}

/** Whether an id claims to be from a future that no clock's error explains: `firstSegmentOf` would look past its row. */
export function isBeyond(id: string, current: number): boolean {
  return firstSegmentOf(id) > current;
}
