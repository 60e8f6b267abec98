import { describe, expect, it } from '@jest/globals';
import { issuerOf } from './claims.ts';

describe('issuerOf', () => {
  it.each(['https://suite.test', 'https://suite.test/'])('of %s', (publicUrl) => {
    expect(issuerOf(publicUrl, 'app_1')).toBe('https://suite.test/v1/apps/app_1');
  });
});
