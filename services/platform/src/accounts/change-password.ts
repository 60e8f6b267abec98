import type { Principal } from '@pcft/auth';
import { normalizePassword, passwordRefusal } from '@pcft/credentials';
import { Fault, invalid } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import { confirmPassword, signedIn, type ConfirmPorts } from './confirm-owner.ts';
import { queueSecurityNotice } from './security-notice.ts';

export interface ChangePasswordPorts extends ConfirmPorts {
  readonly changes: ChangeCommitter;
}

/**
 * Sets another password. All other sessions have ended when this resolves, in every service; the one that asks stays.
 *
 * @returns how many ended
 * @throws Fault `validation` for a password that everybody would guess, and what `confirmPassword` throws
 */
export async function changePassword(
  ports: ChangePasswordPorts,
  principal: Principal | null,
  input: {
    readonly currentPassword: string;
    readonly newPassword: string;
    readonly code?: string;
    readonly revokeOtherSessions?: boolean;
  },
  audit: CallAudit,
): Promise<number> {
  const { accounts, passwords, sessions, changes } = ports;
  const { sessionId, accountId } = signedIn(principal);
  const { currentPassword: password, newPassword, code, revokeOtherSessions = true } = input;
  const account = await confirmPassword(ports, principal, { password, code });
  const refusal = await passwordRefusal(newPassword, { email: account.email, name: account.fullName });
  if (refusal) throw invalid('newPassword', refusal);
  if (normalizePassword(newPassword) === normalizePassword(password))
    throw invalid('newPassword', 'is the current password');
  const newHash = await passwords.hash(newPassword);
  return changes.commit(async (transaction) => {
    // One of two changes at the same moment: the other has replaced the password this one knew.
    if (!(await accounts.replacePassword(transaction, accountId, { was: account.passwordHash, is: newHash })))
      throw new Fault('confirmation-refused');
    await transaction.signInChallenge.deleteMany({ where: { accountId } });
    await queueSecurityNotice(ports.mail, transaction, account.email, 'password-changed');
    const result = revokeOtherSessions ? await sessions.endOthers(transaction, accountId, sessionId) : 0;
    await audit.commit(transaction, {
      target: { type: 'account', id: accountId },
      metadata: { revoked_sessions: result },
    });
    return { result, invalidates: [{ kind: 'account', id: accountId }], narrows: revokeOtherSessions };
  });
}
