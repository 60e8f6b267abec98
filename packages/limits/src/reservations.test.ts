import { describe, expect, it } from '@jest/globals';
import { Reservations } from './reservations.ts';

/** A window of another process' making too: `taken` can be moved from outside. */
function windowOf(windowMs = 60_000) {
  const window = {
    taken: 0,
    trips: 0,
    resetAtMs: Date.now() + windowMs,
    reserve: async (size: number) => {
      window.trips += 1;
      window.taken += size;
      return { consumed: window.taken, resetAtMs: window.resetAtMs };
    },
  };
  return window;
}

describe('Reservations', () => {
  it('makes one trip for many calls, and counts each of them', async () => {
    const window = windowOf();
    const reservations = new Reservations();
    const counts = [];
    for (let i = 0; i < 10; i++)
      counts.push((await reservations.consume('a', 100, 5, window.reserve))?.consumed);
    expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(window.trips).toBe(2);
  });

  it('makes one trip at a time for a burst', async () => {
    const window = windowOf();
    const reservations = new Reservations();
    await Promise.all(Array.from({ length: 20 }, () => reservations.consume('a', 100, 5, window.reserve)));
    expect(window).toMatchObject({ taken: 20, trips: 4 });
  });

  it('uses what is left of a window that others have used too, and never a point more', async () => {
    const window = windowOf();
    window.taken = 97;
    const reservations = new Reservations();
    const counts = [];
    for (let i = 0; i < 6; i++)
      counts.push((await reservations.consume('a', 100, 5, window.reserve))?.consumed);
    expect(counts).toEqual([98, 99, 100, 101, 101, 101]);
    expect(window.trips).toBe(1);
  });

  it('begins anew when the window has ended', async () => {
    const window = windowOf(-1);
    const reservations = new Reservations();
    const first = reservations.consume('a', 10, 5, window.reserve);
    window.resetAtMs = Date.now() + 60_000;
    window.taken = 0;
    expect((await first)?.consumed).toBe(1);
  });

  it('has no answer where Redis has none', async () => {
    expect(await new Reservations().consume('a', 10, 5, async () => undefined)).toBeUndefined();
  });
});
