import { Fault } from '@pcft/errors';
import type { Call } from '@pcft/http';
import type { DirectoryApp } from '../directory/directory-store.ts';
import type { ConsumerDeps } from './consumer-deps.ts';
import { userUrn } from './signed-in.ts';

/**
 * Takes a user out of a tenant on the user's own wish. No access token for it is taken when this resolves: the membership
 * is asked for with every decision. Sessions that were for it go on in none, so that nobody who leaves is signed out; they do
 * so with the end of the membership, also where this call has broken off before it learnt of that.
 *
 * @throws Fault `not-found` alike for whatever the user is no member of, `api-key-invalid` when the app was archived or the
 *   user deleted since the token was verified, `unavailable`
 */
export async function leaveTenant(
  deps: ConsumerDeps,
  app: DirectoryApp,
  { userId, tenantId }: { readonly userId: string; readonly tenantId: string },
  { request, audit }: Pick<Call, 'request' | 'audit'>,
): Promise<void> {
  const { directory, door, sessions } = deps;
  const target = { type: 'user', id: userId };
  audit.add({ target, resource: userUrn(app.id, userId), metadata: { tenant_id: tenantId } });
  if (!(await directory.findMembership(app.id, tenantId, userId))) throw new Fault('not-found');
  const leaving = { appId: app.id, userId, tenantId };
  // As every change of the record: no row of the intent, no question to the record.
  await sessions.announceLeave(leaving, (transaction) => audit.commit(transaction, { target }));
  await door.leaveTenant({ appId: app.id, userId }, tenantId, request).catch((error: unknown) => {
    const gone = error instanceof Fault && (error.fault === 'conflict' || error.fault === 'not-found');
    throw gone ? new Fault('api-key-invalid') : error;
  });
  // Also those that were moved there in between.
  await sessions.leaveTenant(leaving);
}
