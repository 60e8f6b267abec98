import { describe, expect, it } from '@jest/globals';
import { emailKey, nameFromEmail } from './user.ts';

describe('emailKey', () => {
  it('is the same however the address is written', () => {
    expect(emailKey('Jane@ACME.co')).toBe(emailKey('jane@acme.CO'));
  });

  it('keeps different addresses apart', () => {
    expect(emailKey('jane+a@acme.co')).not.toBe(emailKey('jane@acme.co'));
  });
});

describe('nameFromEmail', () => {
  it.each([
    ['jane@acme.co', 'jane'],
    ['"a@b"@acme.co', '"a@b"'],
  ])('of %s is %s', (email, name) => {
    expect(nameFromEmail(email)).toBe(name);
  });
});
