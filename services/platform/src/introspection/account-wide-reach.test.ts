import { describe, expect, it } from '@jest/globals';
import { accountWideReach } from './account-wide-reach.ts';

const firstCreatedAt = new Date('2026-01-01T00:00:00.000Z');
const open = { maxTokenLifetimeSeconds: null, whoMayMint: 'member' as const };
const day = 86_400;

describe('what a workspace leaves of an account-wide PAT', () => {
  it('is all, unless the workspace says otherwise', () => {
    const conditions = { ip: ['10.0.0.0/8'] };
    expect(accountWideReach(open, { role: 'member', conditions, firstCreatedAt })).toEqual({
      reaches: true,
      conditions,
    });
  });

  it('ends with the maximum lifetime, counted from the first token of the family', () => {
    const settings = { ...open, maxTokenLifetimeSeconds: day };
    expect(
      accountWideReach(settings, { role: 'owner', conditions: null, firstCreatedAt }).conditions,
    ).toEqual({
      not_after: '2026-01-02T00:00:00.000Z',
    });
  });

  it('keeps an earlier end, and every other condition', () => {
    const settings = { ...open, maxTokenLifetimeSeconds: day };
    const conditions = { ip: ['10.0.0.0/8'], not_after: '2026-01-01T12:00:00Z' };
    const token = { role: 'owner' as const, conditions, firstCreatedAt };
    expect(accountWideReach(settings, token).conditions).toEqual(conditions);
    const later = { ...token, conditions: { ...conditions, not_after: '2027-01-01T00:00:00Z' } };
    expect(accountWideReach(settings, later).conditions).toEqual({
      ...conditions,
      not_after: '2026-01-02T00:00:00.000Z',
    });
  });

  it.each([
    ['member', 'admin', false],
    ['admin', 'admin', true],
    ['admin', 'owner', false],
    ['owner', 'owner', true],
  ] as const)('for a %s where %s may mint: %s', (role, whoMayMint, reaches) => {
    const settings = { ...open, whoMayMint };
    expect(accountWideReach(settings, { role, conditions: null, firstCreatedAt }).reaches).toBe(reaches);
  });
});
