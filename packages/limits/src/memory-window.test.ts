import { describe, expect, it } from '@jest/globals';
import { MemoryWindow } from './memory-window.ts';

describe('MemoryWindow', () => {
  it('counts within a window and begins a new one at its end', () => {
    const memory = new MemoryWindow();
    expect(memory.consume('a', 1000, 5000)).toEqual({ consumed: 1, resetAtMs: 6000 });
    expect(memory.consume('a', 1000, 5999)).toEqual({ consumed: 2, resetAtMs: 6000 });
    expect(memory.consume('b', 1000, 5999).consumed).toBe(1);
    expect(memory.consume('a', 1000, 6000)).toEqual({ consumed: 1, resetAtMs: 7000 });
  });

  it("goes on from the count that Redis last told, within that count's window", () => {
    const memory = new MemoryWindow();
    memory.remember('a', { consumed: 40, resetAtMs: 9000 }, 5000);
    expect(memory.consume('a', 1000, 5100)).toEqual({ consumed: 41, resetAtMs: 9000 });
    expect(memory.consume('a', 1000, 9001).consumed).toBe(1);
  });

  it('stays within its bound under a flood, and the flood neither frees nor burdens those counted before', () => {
    const memory = new MemoryWindow(1000);
    for (let i = 0; i < 5; i++) memory.consume('early', 60_000, 1);
    for (let i = 0; i < 50_000; i++) memory.consume(`flood-${i}`, 60_000, 2 + i / 100);
    expect(memory.size).toBeLessThanOrEqual(1000 + 50);
    expect(memory.consume('early', 60_000, 600).consumed).toBe(6);
    // Newcomers share windows: 49,000 calls over 50 of them.
    expect(memory.consume('newcomer', 60_000, 600).consumed).toBeGreaterThan(500);
  });

  it('gives room again once windows have ended', () => {
    const memory = new MemoryWindow(100);
    for (let i = 0; i < 200; i++) memory.consume(`k${i}`, 1000, 0);
    expect(memory.consume('later', 1000, 5000)).toEqual({ consumed: 1, resetAtMs: 6000 });
    expect(memory.size).toBe(1);
  });
});
