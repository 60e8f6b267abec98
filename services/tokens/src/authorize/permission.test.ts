import { describe, expect, it } from '@jest/globals';
import { covers, coversAll } from './permission.ts';

describe('covers', () => {
  it.each([
    ['projects:read', 'projects:read', true],
    ['projects:read', 'projects:write', false],
    ['projects:read', 'project:read', false],
    ['projects:read', 'projects:reads', false],
    ['projects:*', 'projects:write', true],
    ['projects:*', 'projectsx:write', false],
    ['*:read', 'comments:read', true],
    ['*:read', 'comments:write', false],
    ['*:*', 'comments:write', true],
    ['projects:read', 'projects:*', false],
    ['projects:*', 'projects:*', true],
    ['projects:*', '*:*', false],
    ['*:*', '*:*', true],
    ['projects.r*:read', 'projects.rx:read', false],
    ['Projects:read', 'projects:read', false],
  ])('%s covers %s: %s', (granted, needed, expected) => {
    expect(covers(granted, needed)).toBe(expected);
  });
});

describe('coversAll', () => {
  const granted = ['projects:read', 'comments:*'];

  it('needs every one of them', () => {
    expect(coversAll(granted, ['projects:read', 'comments:write'])).toBe(true);
    expect(coversAll(granted, ['projects:read', 'projects:write'])).toBe(false);
  });

  it('gives nothing to whoever has nothing', () => {
    expect(coversAll([], ['projects:read'])).toBe(false);
  });
});
