import type { platformOperations as operations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import { changePassword, type ChangePasswordPorts } from './change-password.ts';
import { confirmationSeconds, confirmOwner, signedIn } from './confirm-owner.ts';
import { profileToWire } from './current-user.ts';
import { deleteAccount, type DeleteAccountPorts } from './delete-account.ts';
import { clearedSessionCookieHeader } from './session-cookie.ts';
import { updateAccount } from './update-account.ts';

type OwnAccountOperations = Pick<
  typeof operations,
  'getSession' | 'confirmSession' | 'changePassword' | 'updateCurrentUser' | 'deleteCurrentUser'
>;

const confirmedUntil = (at: Date) => new Date(at.getTime() + confirmationSeconds * 1000);

export function ownAccountHandlers(
  ports: ChangePasswordPorts & DeleteAccountPorts,
): Handlers<OwnAccountOperations> {
  const { accounts, sessions, database } = ports;
  return {
    async getSession({ principal }) {
      if (principal?.type !== 'session') throw new Fault('session-invalid');
      const session = await sessions.find(principal.id);
      const account = await accounts.findProfile(principal.accountId ?? '');
      const known = await accounts.findConfirmation(principal.id, confirmationSeconds);
      if (!session || !account || !known) throw new Fault('session-invalid');
      return {
        session: {
          id: session.id,
          createdAt: session.createdAt.toISOString(),
          lastSeenAt: session.lastSeenAt?.toISOString() ?? null,
          idleExpiresAt: session.idleExpiresAt.toISOString(),
          expiresAt: session.expiresAt.toISOString(),
          confirmedUntil:
            known.confirmed && session.confirmedAt ? confirmedUntil(session.confirmedAt).toISOString() : null,
        },
        user: {
          id: account.id,
          email: account.email,
          fullName: account.fullName,
          handle: account.handle,
          isVerified: account.verifiedAt !== null,
          twoFactorEnabled: known.twoFactor,
        },
      };
    },

    async confirmSession({ principal, body, audit }) {
      await confirmOwner(ports, principal, body);
      const { sessionId } = signedIn(principal);
      const at = await database.$transaction(async (transaction) => {
        await audit.commit(transaction, { target: { type: 'session', id: sessionId } });
        return sessions.confirm(transaction, sessionId);
      });
      return { confirmedUntil: confirmedUntil(at).toISOString() };
    },

    async changePassword({ principal, body, audit }) {
      return { revokedSessions: await changePassword(ports, principal, body, audit) };
    },

    async updateCurrentUser({ principal, body, audit }) {
      const id = principal?.accountId ?? '';
      await updateAccount(ports, id, body, audit);
      return profileToWire(await accounts.findProfile(id));
    },

    async deleteCurrentUser(call) {
      await deleteAccount(ports, call.principal, call.body, call.audit);
      call.header('Set-Cookie', clearedSessionCookieHeader(call.request.secure));
      return {};
    },
  };
}
