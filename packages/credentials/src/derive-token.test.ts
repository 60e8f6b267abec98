import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { deriveToken } from './derive-token.ts';
import { createToken, parseToken } from './token.ts';

const key = randomBytes(32);

describe('a derived token', () => {
  it('has the form of any other, and is the same each time', () => {
    const context = randomBytes(40);
    const token = deriveToken('refresh-token', key, context);
    expect(parseToken(token)).toMatchObject({ kind: 'refresh-token', token });
    expect(deriveToken('refresh-token', key, context)).toBe(token);
  });

  it('is another one for another key, context or kind', () => {
    const context = Buffer.from(createToken('refresh-token'));
    const tokens = [
      deriveToken('refresh-token', key, context),
      deriveToken('refresh-token', randomBytes(32), context),
      deriveToken('refresh-token', key, Buffer.concat([context, Buffer.from([0])])),
      deriveToken('session', key, context),
    ].map((token) => token.replace(/^.*_/, ''));
    expect(new Set(tokens).size).toBe(4);
  });

  it('refuses a short key', () => {
    expect(() => deriveToken('refresh-token', Buffer.alloc(31), Buffer.alloc(1))).toThrow(TypeError);
  });
});
