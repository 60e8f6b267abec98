import { describe, expect, it } from '@jest/globals';
import { requestIdFrom, traceparentFrom } from './identify.ts';

describe('requestIdFrom', () => {
  it.each(['job-4711.a_b', '12345678', 'x'.repeat(128)])('keeps %.20j', (given) => {
    expect(requestIdFrom(given)).toBe(given);
  });

  it.each([undefined, '', 'short', 'x'.repeat(129), 'has space', 'line\nbreak', 'a, b-c-d-e', ['a', 'b']])(
    'makes its own for %.20j',
    (given) => {
      expect(requestIdFrom(given)).toMatch(/^req_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    },
  );
});

describe('traceparentFrom', () => {
  const valid = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  it('passes a valid one on', () => {
    expect(traceparentFrom(valid)).toBe(valid);
  });

  it.each([undefined, '', valid.toUpperCase(), `${valid}-x`, `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`])(
    'starts a trace for %j',
    (given) => {
      const started = traceparentFrom(given);
      expect(started).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      expect(traceparentFrom(started)).toBe(started);
      expect(traceparentFrom(given)).not.toBe(started);
    },
  );
});
