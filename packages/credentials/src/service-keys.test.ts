import { describe, expect, it } from '@jest/globals';
import { parseServiceKeys, serviceKeyEntry } from './index.ts';

describe('parseServiceKeys', () => {
  const text = [serviceKeyEntry('tokens', 'token one'), serviceKeyEntry('heimdall-admin', 'token two')].join(
    ', ',
  );
  const keys = parseServiceKeys(text);

  it('knows each service by its token', () => {
    expect(keys.names).toEqual(['tokens', 'heimdall-admin']);
    expect(keys.verify('token one')).toBe('tokens');
    expect(keys.verify('token two')).toBe('heimdall-admin');
  });

  it.each(['', 'token', 'token one ', 'tokens', serviceKeyEntry('tokens', 'token one').slice(7)])(
    'knows nobody by %j',
    (token) => {
      expect(keys.verify(token)).toBeNull();
    },
  );

  it('takes two tokens of one service while they are changed', () => {
    const both = parseServiceKeys(`${serviceKeyEntry('audit', 'old')},${serviceKeyEntry('audit', 'new')}`);
    expect(both.names).toEqual(['audit']);
    expect([both.verify('old'), both.verify('new')]).toEqual(['audit', 'audit']);
  });

  it('knows nobody when empty', () => {
    expect(parseServiceKeys('').verify('')).toBeNull();
  });

  it.each([
    'tokens',
    'tokens=abc',
    `Tokens=${'a'.repeat(64)}`,
    `=${'a'.repeat(64)}`,
    `tokens=${'A'.repeat(64)}`,
  ])('refuses the entry %j without repeating it', (entry) => {
    const parse = () => parseServiceKeys(`${serviceKeyEntry('audit', 'x')},${entry}`);
    expect(parse).toThrow('entry 2 of the service keys is not name=<64 hex digits>');
  });
});
