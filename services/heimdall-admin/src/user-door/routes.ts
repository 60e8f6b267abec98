import type { heimdallAdminOperations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import { changeUser, edited, withPassword } from '../users/update-user.ts';
import type { User } from '../users/user.ts';
import { userToWire } from '../users/routes.ts';
import type { MailQueue } from '@pcft/mail';
import type { LastUseStore } from './last-use-store.ts';
import { isToldByMail, passwordNotice } from './password-notice.ts';
import { activeApp, registerUser, type DoorDeps } from './register-user.ts';

type Operations = typeof heimdallAdminOperations;
type DoorOperations = Pick<Operations, 'registerUser' | 'changeUser' | 'reportLastUse'>;

/** The one service that acts for end users; the others have no business here, though they can prove themselves. */
const dataPlane = 'tokens';

export function userDoorHandlers(
  deps: DoorDeps & { readonly lastUse: LastUseStore; readonly mail: MailQueue },
): Handlers<DoorOperations> {
  return {
    async registerUser({ callingService, params, body, audit }: Call<Operations['registerUser']>) {
      assertDataPlane(callingService);
      const app = await activeApp(deps.apps, params.app_id);
      const user = await registerUser(
        deps,
        app.id,
        {
          id: params.user_id,
          email: body.email,
          displayName: body.display_name,
          passwordHash: body.password_hash,
          emailVerified: body.email_verified ?? false,
          roles: body.roles ?? [],
          metadata: body.metadata ?? {},
        },
        ({ id, email, roles }) =>
          (transaction) =>
            audit.commit(transaction, {
              ...asUser(app, id),
              action: 'user.registered',
              metadata: { email, roles: roles.map(({ name }) => name) },
            }),
      );
      return recordedUserToWire(user);
    },
    async changeUser({ callingService, params, body, audit }: Call<Operations['changeUser']>) {
      assertDataPlane(callingService);
      const app = await activeApp(deps.apps, params.app_id);
      const { event, expected_version: expected, password_hash: passwordHash } = body;
      const { end_sessions: ends, kept_session_id: kept } = body;
      const { email, email_verified: emailVerified, display_name: displayName, metadata } = body;
      const decide = (user: User): User => {
        assertCurrent(user, expected);
        const next = edited(user, { email, emailVerified, displayName, metadata });
        if (ends) return withPassword(next, passwordHash ?? next.passwordHash, kept);
        return passwordHash === undefined ? next : { ...next, passwordHash };
      };
      const fields = Object.keys(body).filter((name) => name !== 'event' && name !== 'expected_version');
      const { after } = await changeUser(
        deps,
        { appId: app.id, id: params.user_id },
        'narrowing',
        decide,
        (_, changed) => async (transaction) => {
          if (isToldByMail(event)) await deps.mail.queue(transaction, passwordNotice(app, changed, event));
          await audit.commit(transaction, {
            ...asUser(app, changed.id),
            action: event,
            metadata: { fields: fields.sort() },
          });
        },
      );
      return recordedUserToWire(after);
    },
    async reportLastUse({ callingService, body }: Call<Operations['reportLastUse']>) {
      assertDataPlane(callingService);
      await deps.lastUse.report(body.items);
    },
  };
}

/** @throws Fault `policy-denied` for any other service */
export function assertDataPlane(callingService: string | null): void {
  if (callingService !== dataPlane) throw new Fault('policy-denied');
}

/** @throws Fault `conflict` for a record that has changed since it was read, and for a deactivated user */
function assertCurrent({ version, status }: User, expected: number | undefined): void {
  if (expected !== undefined && expected !== version)
    throw new Fault('conflict', { details: [{ field: 'expected_version', reason: 'changed' }] });
  if (status !== 'active')
    throw new Fault('conflict', { details: [{ field: 'status', reason: 'deactivated' }] });
}

/** Whose log the row belongs to, and that it was the end user who did it. */
export function asUser(app: { readonly id: string; readonly workspaceId: string }, id: string) {
  return {
    log: app.workspaceId,
    appId: app.id,
    resource: `pcft:heimdall:app/${app.id}/user/${id}`,
    actor: { type: 'user' as const, id },
    target: { type: 'user', id },
  };
}

export function recordedUserToWire(user: User) {
  return { ...userToWire(user), version: user.version };
}
