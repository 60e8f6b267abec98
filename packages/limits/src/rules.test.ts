import { describe, expect, it } from '@jest/globals';
import { defaultRules, rulesFromEnvironment } from './rules.ts';

describe('the limits of the documents', () => {
  it.each([
    ['admin', 100, 60, 'credential', 'x-ratelimit'],
    ['token', 300, 60, 'credential', 'x-ratelimit'],
    ['authorize', 1000, 60, 'credential', 'x-ratelimit'],
    ['quickstart', 500, 900, 'ip', 'ratelimit'],
    ['sign-in', 5, 60, 'ip', 'ratelimit'],
    ['sign-up', 3, 60, 'ip', 'ratelimit'],
  ] as const)('%s: %i in %i s per %s', (name, points, windowSeconds, by, headers) => {
    expect(defaultRules[name]).toMatchObject({ points, windowSeconds, by, headers });
  });
});

describe('the environment', () => {
  it('sets points and leaves windows and the other classes alone', () => {
    const rules = rulesFromEnvironment({ LIMIT_ADMIN: '7', LIMIT_SIGN_IN: '50', LIMIT_TOKEN: '' });
    expect(rules.admin).toEqual({ ...defaultRules.admin, points: 7 });
    expect(rules['sign-in']).toEqual({ ...defaultRules['sign-in'], points: 50 });
    expect(rules.token).toEqual(defaultRules.token);
    expect(defaultRules.admin.points).toBe(100);
  });

  it.each(['0', '-1', '1.5', '1e3', 'many', '9999999999', ' 5'])(
    'refuses %j by the name of its variable',
    (text) => {
      expect(() => rulesFromEnvironment({ LIMIT_EDGE: text, LIMIT_SIGN_UP: text })).toThrow(
        'LIMIT_SIGN_UP, LIMIT_EDGE must be a whole number',
      );
    },
  );
});
