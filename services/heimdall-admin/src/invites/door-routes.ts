import type { heimdallAdminOperations } from '@pcft/contracts';
import { parseToken, tokenDigest } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import { assertDataPlane, recordedUserToWire } from '../user-door/routes.ts';
import { emailKey } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import { acceptInvite, assertOpen, type AcceptInviteDeps } from './accept-invite.ts';
import { isForAnybody } from './invite.ts';
import { addressOf, newcomer, type FoundInvite } from './invite-guests.ts';
import { factsOf } from './routes.ts';
import type { Guest, InviteStore } from './invite-store.ts';

type Operations = typeof heimdallAdminOperations;
type Body = Call<Operations['acceptInviteFor']>['body'];

export interface InviteDoorDeps extends AcceptInviteDeps {
  readonly users: UserStore;
  readonly tokenPepper: Buffer;
}

/** Invites of the Consumer API: tokens has found out who accepts. */
export function inviteDoorHandlers(
  deps: InviteDoorDeps,
): Handlers<Pick<Operations, 'findInvite' | 'acceptInviteFor'>> {
  return {
    async findInvite({ callingService, params, body }: Call<Operations['findInvite']>) {
      assertDataPlane(callingService);
      const found = await findOfApp(deps, params.app_id, body.token);
      assertOpen(found);
      const { id, email } = found.invite;
      return { id, email, for_anybody: isForAnybody(found.invite) };
    },
    async acceptInviteFor({ callingService, params, body, audit }: Call<Operations['acceptInviteFor']>) {
      assertDataPlane(callingService);
      const found = await findOfApp(deps, params.app_id, body.token);
      const { invite, app } = found;
      const { user } = await acceptInvite(
        deps,
        found,
        () => guestOf(deps.users, found, body.guest),
        ({ id }) =>
          (transaction) =>
            audit.commit(transaction, {
              log: app.workspaceId,
              appId: app.id,
              resource: `pcft:heimdall:app/${app.id}/invite/${invite.id}`,
              action: 'invite.accepted',
              actor: { type: 'user', id },
              target: { type: 'user', id },
              metadata: factsOf(invite),
            }),
      );
      return recordedUserToWire(user);
    },
  };
}

async function findOfApp(
  { invites, tokenPepper }: { readonly invites: InviteStore; readonly tokenPepper: Buffer },
  appId: string,
  token: string,
): Promise<FoundInvite> {
  const parsed = parseToken(token, ['invite-token']);
  const found = parsed && (await invites.findByDigest(tokenDigest(tokenPepper, parsed.token)));
  if (found?.app.id !== appId) throw new Fault('not-found');
  return found;
}

/** @throws Fault `not-found`, `conflict`, `invite-not-yours` */
async function guestOf(users: UserStore, found: FoundInvite, guest: Body['guest']): Promise<Guest> {
  const { invite, app } = found;
  const { user_id: id } = guest;
  if ('password_hash' in guest) {
    const { email, display_name: displayName, password_hash: passwordHash } = guest;
    return { newcomer: newcomer(found, { id, email: addressOf(invite, email), displayName, passwordHash }) };
  }
  const user = await users.find(app.id, id);
  if (!user) throw new Fault('not-found');
  if (user.status !== 'active')
    throw new Fault('conflict', { details: [{ field: 'status', reason: 'deactivated' }] });
  const { expected_version: expected } = guest;
  if (expected !== undefined && expected !== user.version)
    throw new Fault('conflict', { details: [{ field: 'expected_version', reason: 'changed' }] });
  if (!isForAnybody(invite) && emailKey(user.email) !== emailKey(invite.email))
    throw new Fault('invite-not-yours');
  return { known: user };
}
