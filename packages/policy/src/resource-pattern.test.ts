import { describe, expect, it } from '@jest/globals';
import { isResourcePattern, isUrn, matchesResource } from './index.ts';

const APP = 'pcft:heimdall:app/app_1';
const COLLECTION = 'pcft:heimdall:app/*';

describe('matchesResource', () => {
  it.each([
    ['*', APP],
    ['*', COLLECTION],
    [APP, APP],
    [APP, `${APP}/user/usr_1`],
    [APP, `${APP}/user/*`],
    [COLLECTION, APP],
    [COLLECTION, `${APP}/user/usr_1`],
    [COLLECTION, COLLECTION],
    ['pcft:heimdall:app/*/user/usr_1', `${APP}/user/usr_1`],
    ['pcft:heimdall:*/app_1', APP],
    ['pcft:*:app/app_1', APP],
  ])('%s covers %s', (pattern, urn) => {
    expect(matchesResource(pattern, urn)).toBe(true);
  });

  it.each([
    ['pcft:heimdall:app/ab', 'pcft:heimdall:app/abc'],
    ['pcft:heimdall:app/abc', 'pcft:heimdall:app/ab'],
    // One app says nothing about the collection: its holder may neither list nor create apps.
    [APP, COLLECTION],
    [`${APP}/user/usr_1`, `${APP}/user/*`],
    [`${APP}/user/usr_1`, APP],
    ['pcft:heimdall:app/*/user/*', APP],
    ['pcft:platform:app/app_1', APP],
    ['pcft:heimdall:application/app_1', APP],
    ['pcft:heim:app/app_1', APP],
    ['', APP],
    ['*', ''],
    ['*', '*'],
  ])('%j does not cover %j', (pattern, urn) => {
    expect(matchesResource(pattern, urn)).toBe(false);
  });
});

describe('the syntax of URNs', () => {
  it.each([
    APP,
    COLLECTION,
    `${APP}/user/*`,
    'pcft:heimdall-admin:app_key/key_01H.~-x',
    // A key id is 32 bytes in base64url: one in 64 begins like this.
    `${APP}/signing-key/-IGL2IFKwjl1io5DXbI05ukZc2x_grhO8wIlbFtnrPw`,
    `${APP}/signing-key/_IGL2IFKwjl1io5DXbI05ukZc2x_grhO8wIlbFtnrPw`,
  ])('%s is a URN', (text) => {
    expect([isUrn(text), isResourcePattern(text)]).toEqual([true, true]);
    expect(matchesResource(`${APP}/signing-key/*`, text)).toBe(text.includes('signing-key'));
  });

  it.each(['*', 'pcft:*:app/x', 'pcft:heimdall:*/x', 'pcft:heimdall:app/*/user/x'])(
    '%s is a pattern only',
    (text) => {
      expect([isUrn(text), isResourcePattern(text)]).toEqual([false, true]);
    },
  );

  it.each([
    '',
    'pcft:heimdall',
    'pcft:heimdall:app',
    'pcft:heimdall:app/',
    'pcft:heimdall:app/app_1/',
    'pcft:heimdall:app/app_1/user',
    'pcft:heimdall:app//user/x',
    'pcft:heimdall:app/../user/x',
    'pcft:heimdall:app/a*',
    'pcft:heimdall:app/a b',
    'pcft:heimdall:app/a\n',
    'pcft:heimdall:app/\u0000',
    'pcft:heimdall:app/%2f',
    'PCFT:heimdall:app/a',
    'urn:pcft:heimdall:app/a',
    '**',
    `pcft:heimdall:app/${'a'.repeat(512)}`,
  ])('%j is neither', (text) => {
    expect([isUrn(text), isResourcePattern(text)]).toEqual([false, false]);
  });
});
