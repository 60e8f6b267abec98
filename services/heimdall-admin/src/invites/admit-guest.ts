import { Fault } from '@pcft/errors';
import type { Prisma } from '../../generated/prisma/client.ts';
import type { DirectoryRecord, PendingRecord } from '../directory/directory-record.ts';
import { recordChange } from '../directory/record-change.ts';
import { joinTenant } from '../tenants/join-tenant.ts';
import { memberRecord } from '../tenants/tenant-member.ts';
import { insertUser, lockUser, writeUser } from '../users/prisma-user-store.ts';
import { userRecord, type User } from '../users/user.ts';
import type { Guest } from './invite-store.ts';

interface Promised {
  readonly appId: string;
  readonly tenantId: string | null;
  readonly role: { readonly id: string; readonly name: string };
}

/**
 * Gives a guest what an invite promises: the role in the app, or membership of a tenant with the role there.
 *
 * @returns `null` when the guest has it already
 * @throws Fault `conflict` when the user has changed since the password was proven
 */
export async function admitGuest(
  transaction: Prisma.TransactionClient,
  guest: Guest,
  { appId, tenantId, role }: Promised,
): Promise<{ user: User; pending: PendingRecord[] } | null> {
  const records: DirectoryRecord[] = [];
  const given = tenantId === null ? [role] : [];
  let user: User;
  if ('newcomer' in guest) {
    user = { ...guest.newcomer, roles: given };
    await insertUser(transaction, user);
    records.push(userRecord(user));
  } else {
    const known = await lockProven(transaction, guest.known);
    const added = given.filter(({ id }) => !known.roles.some((held) => held.id === id));
    user = known;
    if (added.length > 0) {
      user = {
        ...known,
        roles: [...known.roles, ...added],
        version: known.version + 1,
        updatedAt: new Date(),
      };
      await writeUser(transaction, known, user);
      records.push(userRecord(user));
    }
  }
  if (tenantId !== null) {
    const member = await joinTenant(transaction, { tenantId, appId, userId: user.id, roleId: role.id });
    if (member) records.push(memberRecord(member));
  }
  return records.length === 0 ? null : { user, pending: await recordChange(transaction, records) };
}

/** The user whose password was proven, if that proof still says something. */
async function lockProven(transaction: Prisma.TransactionClient, proven: User): Promise<User> {
  const user = await lockUser(transaction, proven.appId, proven.id);
  if (user?.status === 'active' && user.passwordHash === proven.passwordHash) return user;
  throw new Fault('conflict', { details: [{ field: 'email', reason: 'the user has changed meanwhile' }] });
}
