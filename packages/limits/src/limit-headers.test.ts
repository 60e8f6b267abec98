import { describe, expect, it } from '@jest/globals';
import { limitHeaders } from './limit-headers.ts';

const now = Date.UTC(2026, 10, 22);
const standing = { allowed: true, limit: 100, remaining: 42, resetAtMs: now + 30_200 };

describe('limitHeaders', () => {
  it('spells 001: X-RateLimit, reset as the second of the epoch at which the window has surely ended', () => {
    expect(limitHeaders('x-ratelimit', standing, now)).toEqual({
      'X-RateLimit-Limit': '100',
      'X-RateLimit-Remaining': '42',
      'X-RateLimit-Reset': String(now / 1000 + 31),
    });
  });

  it('spells 002: RateLimit, reset in seconds from now', () => {
    expect(limitHeaders('ratelimit', standing, now)).toEqual({
      'RateLimit-Limit': '100',
      'RateLimit-Remaining': '42',
      'RateLimit-Reset': '31',
    });
  });

  it('adds Retry-After to a refusal, never zero', () => {
    const refused = { ...standing, allowed: false, remaining: 0 };
    expect(limitHeaders('ratelimit', refused, now)['Retry-After']).toBe('31');
    expect(limitHeaders('x-ratelimit', refused, now + 60_000)['Retry-After']).toBe('1');
  });
});
