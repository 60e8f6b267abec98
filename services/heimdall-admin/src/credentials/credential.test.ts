import { describe, expect, it } from '@jest/globals';
import { rotated, type CredentialSecret } from './credential.ts';

const at = (seconds: number) => new Date(1_800_000_000_000 + seconds * 1000);
const secret = (n: number, until: number | null): CredentialSecret => ({
  digest: Buffer.alloc(32, n),
  lastFour: String(n).repeat(4),
  createdAt: at(n),
  until: until === null ? null : at(until),
});
const ends = (secrets: readonly CredentialSecret[]) =>
  secrets.map(({ lastFour, until }) => [lastFour, until?.getTime() ?? null]);

describe('rotated', () => {
  it('ends the secret before at once without overlap, and all older ones', () => {
    expect(ends(rotated([secret(2, null), secret(1, 500)], secret(3, null), 0))).toEqual([['3333', null]]);
  });

  it('gives the secret before its overlap, leaves older ends as they were stated, and drops what has ended', () => {
    const held = [secret(7, null), secret(6, 500), secret(5, 8)];
    expect(ends(rotated(held, secret(9, null), 60))).toEqual([
      ['9999', null],
      ['7777', at(69).getTime()],
      ['6666', at(500).getTime()],
    ]);
  });
});
