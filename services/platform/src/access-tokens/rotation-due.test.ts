import { describe, expect, it } from '@jest/globals';
import { rotationDue } from './rotation-due.ts';

const createdAt = new Date('2026-01-01T00:00:00.000Z');

describe('rotationDue', () => {
  it.each([
    ['2026-04-01T00:00:00.000Z', null, false],
    ['2026-04-01T00:00:00.001Z', null, true],
    ['2026-06-01T00:00:00.000Z', '2026-03-03T00:00:00.000Z', false],
    ['2026-06-01T00:00:00.001Z', '2026-03-03T00:00:00.000Z', true],
  ])('at %s, rotated %s: %s', (now, rotated, due) => {
    const rotatedAt = rotated === null ? null : new Date(rotated);
    expect(rotationDue({ createdAt, rotatedAt }, new Date(now))).toBe(due);
  });
});
