import type { Principal } from '@pcft/auth';
import { Fault, invalid, tooManyGuesses } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import { singleLane } from '@pcft/limits';
import { confirmSecondFactor, type ConfirmPorts } from '../accounts/confirm-owner.ts';
import type { AccountMailPorts } from './account-mail-ports.ts';
import { assertMailAllowed } from './mail-allowance.ts';
import { issueByMail } from './send-one-time-token.ts';

/**
 * Asks for another address, with the present password. Where the new one has an account already, its owner is told
 * and the caller gets the same answer.
 *
 * @throws Fault `session-invalid` for anything but a session, `sign-in-refused`, `confirmation-required`, `validation`, `rate-limited`
 */
export async function changeEmail(
  ports: AccountMailPorts & ConfirmPorts,
  caller: Principal | null,
  {
    newEmail,
    password,
    code,
  }: { readonly newEmail: string; readonly password: string; readonly code?: string },
  audit: CallAudit,
): Promise<void> {
  const { accounts, passwords, guesses, freeGuesses, database, mail, mails } = ports;
  const accountId = caller?.accountId;
  if (caller?.type !== 'session' || !accountId) throw new Fault('session-invalid');
  const attempt = await guesses.attempt(singleLane(['change-email', accountId], freeGuesses));
  if (!attempt.allowed) throw tooManyGuesses(attempt.retryAfterSeconds);
  const profile = await accounts.findProfile(accountId);
  const account = profile && (await accounts.findByEmail(profile.email));
  if (account?.id !== accountId) throw new Fault('session-invalid');
  const { email, passwordHash } = account;
  if (passwordHash === null || !(await passwords.verify(password, passwordHash)))
    throw new Fault('sign-in-refused');
  await attempt.succeeded();
  await confirmSecondFactor(ports, caller, code);
  if (newEmail.toLowerCase() === email.toLowerCase()) throw invalid('newEmail', 'is the present address');
  await assertMailAllowed(ports.limiter, newEmail);
  const taken = await accounts.findByEmail(newEmail);
  await database.$transaction(async (transaction) => {
    if (taken) await mail.queue(transaction, mails.addressInUse(taken.email));
    else
      await issueByMail(ports, transaction, {
        accountId,
        purpose: 'change-email',
        to: newEmail,
        mailOf: (to, token) => mails.confirmNewAddress(to, token),
      });
    await mail.queue(transaction, mails.changeRequested(email));
    await audit.commit(transaction, { log: accountId, target: { type: 'account', id: accountId } });
  });
}
