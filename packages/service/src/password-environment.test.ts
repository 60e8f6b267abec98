import { describe, expect, it } from '@jest/globals';
import { passwordHashCost } from './password-environment.ts';

describe('passwordHashCost', () => {
  it.each([10, 12, 14])('is %i', (cost) => {
    expect(passwordHashCost({ PASSWORD_HASH_COST: cost, STRICT_RESPONSES: false })).toBe(cost);
  });

  it('is refused below 10, by the name of its variable', () => {
    expect(() => passwordHashCost({ PASSWORD_HASH_COST: 9, STRICT_RESPONSES: false })).toThrow(
      /PASSWORD_HASH_COST must be >= 10/,
    );
  });

  it('is what it is in a suite under test', () => {
    expect(passwordHashCost({ PASSWORD_HASH_COST: 4, STRICT_RESPONSES: true })).toBe(4);
  });
});
