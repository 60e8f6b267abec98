import { createId } from '@pcft/credentials';
import { Fault } from '@pcft/errors';

/** An invite to an app, and perhaps to one of its tenants. */
export interface Invite {
  readonly id: string;
  readonly appId: string;
  /** Whom it was mailed to. With one use it is for this address alone. */
  readonly email: string;
  readonly roleId: string;
  readonly roleName: string;
  readonly tenantId: string | null;
  readonly maxUses: number;
  readonly uses: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

export function newInvite(
  given: Pick<Invite, 'appId' | 'email' | 'roleId' | 'roleName' | 'tenantId' | 'maxUses'>,
  ttlHours: number,
  now: Date,
): Invite {
  const expiresAt = new Date(now.getTime() + ttlHours * 3_600_000);
  return { id: createId('inv_'), ...given, uses: 0, createdAt: now, expiresAt, revokedAt: null };
}

export type ClosedReason = 'revoked' | 'used_up' | 'expired';

const sentences: Readonly<Record<ClosedReason, string>> = {
  revoked: 'was revoked',
  used_up: 'was used as often as it may be',
  expired: 'has expired',
};

/** Why an invite can no more be accepted; `null`: it can. */
export function closedReason(
  { revokedAt, uses, maxUses, expiresAt }: Pick<Invite, 'revokedAt' | 'uses' | 'maxUses' | 'expiresAt'>,
  now: Date,
): ClosedReason | null {
  if (revokedAt) return 'revoked';
  if (uses >= maxUses) return 'used_up';
  return expiresAt <= now ? 'expired' : null;
}

export function inviteClosed(reason: ClosedReason): Fault {
  return new Fault('invite-closed', { details: [{ field: 'invite_token', reason: sentences[reason] }] });
}

/** Whether whoever has the link may use it, under an address of their own. */
export function isForAnybody({ maxUses }: Pick<Invite, 'maxUses'>): boolean {
  return maxUses > 1;
}
