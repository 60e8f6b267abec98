import { describe, expect, it } from '@jest/globals';
import { closedReason, newInvite } from './invite.ts';

const now = new Date('2026-02-20T10:10:00Z');
const given = {
  appId: 'app_1',
  email: 'bob@contractor.io',
  roleId: 'role_1',
  roleName: 'editor',
  tenantId: null,
};
const invite = newInvite({ ...given, maxUses: 2 }, 72, now);
const last = invite.expiresAt.getTime();

describe('an invite', () => {
  it('lasts as long as it says', () => {
    expect(invite).toMatchObject({ uses: 0, revokedAt: null, expiresAt: new Date('2026-02-23T10:10:00Z') });
    expect(closedReason(invite, new Date(last - 1))).toBeNull();
    expect(closedReason(invite, new Date(last))).toBe('expired');
  });

  it('is closed by its last use, and above all by its revocation', () => {
    expect(closedReason({ ...invite, uses: 1 }, now)).toBeNull();
    expect(closedReason({ ...invite, uses: 2 }, now)).toBe('used_up');
    expect(closedReason({ ...invite, uses: 2, revokedAt: now }, new Date(last))).toBe('revoked');
  });
});
