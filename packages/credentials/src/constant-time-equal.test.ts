import { expect, it } from '@jest/globals';
import { constantTimeEqual } from './index.ts';

it.each([
  ['', '', true],
  ['secret', 'secret', true],
  ['secret', 'secreT', false],
  ['secret', 'secret ', false],
  ['', 'x', false],
  ['é', 'e', false],
  ['x'.repeat(10_000), 'x'.repeat(10_000), true],
])('%# compares texts of any length', (a, b, equal) => {
  expect(constantTimeEqual(a, b)).toBe(equal);
});
