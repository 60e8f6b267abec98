import type { Principal } from '@pcft/auth';
import { Fault, tooManyGuesses } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import { singleLane } from '@pcft/limits';
import { confirmOwner, signedIn, type ConfirmPorts, type Proof } from '../accounts/confirm-owner.ts';
import { queueSecurityNotice, type SecurityNotice } from '../accounts/security-notice.ts';
import type { Transaction } from '../database.ts';
import type { PrismaTwoFactorStore } from './prisma-two-factor-store.ts';
import type { Enrolment } from './second-factor.ts';

export interface TwoFactorPorts extends ConfirmPorts {
  readonly factors: PrismaTwoFactorStore;
}

// What services know of an account does not change with its second factor: sessions and PATs stay what they are, and
// no row goes to the invalidation log.
async function change<T>(
  { database }: TwoFactorPorts,
  accountId: string,
  audit: CallAudit,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  return database.$transaction(async (transaction) => {
    const result = await work(transaction);
    await audit.commit(transaction, { target: { type: 'account', id: accountId } });
    return result;
  });
}

/** @throws Fault `conflict` when there is an active one, and what `confirmOwner` throws */
export async function enableTwoFactor(
  ports: TwoFactorPorts,
  principal: Principal | null,
  proof: Proof,
  audit: CallAudit,
): Promise<Enrolment> {
  const { accountId, email } = await confirmOwner(ports, principal, proof);
  return change(ports, accountId, audit, async (transaction) => {
    const enrolment = await ports.secondFactor.enrol(transaction, accountId, email);
    if (!enrolment) throw exists();
    return enrolment;
  });
}

/** @throws Fault `conflict` when nothing is pending, `confirmation-refused`, `rate-limited` */
export async function activateTwoFactor(
  ports: TwoFactorPorts,
  principal: Principal | null,
  code: string,
  audit: CallAudit,
): Promise<void> {
  const { accountId, sessionId } = signedIn(principal);
  const attempt = await ports.guesses.attempt(singleLane(['activate', accountId], ports.freeGuesses));
  if (!attempt.allowed) throw tooManyGuesses(attempt.retryAfterSeconds);
  await change(ports, accountId, audit, async (transaction) => {
    const factor = await ports.factors.find(accountId, transaction);
    if (!factor) throw new Fault('conflict', { message: 'Enable a second factor first' });
    if (factor.activatedAt) throw exists();
    if (!(await ports.secondFactor.activate(transaction, accountId, factor, code)))
      throw new Fault('confirmation-refused');
    await ports.sessions.confirm(transaction, sessionId);
    await notify(ports, transaction, accountId, 'two-factor-activated');
  });
  await attempt.succeeded();
}

/** Removing what is not there changes nothing. @throws what `confirmOwner` throws */
export async function disableTwoFactor(
  ports: TwoFactorPorts,
  principal: Principal | null,
  proof: Proof,
  audit: CallAudit,
): Promise<void> {
  const { accountId } = await confirmOwner(ports, principal, proof);
  await change(ports, accountId, audit, async (transaction) => {
    if (await ports.factors.remove(transaction, accountId))
      await notify(ports, transaction, accountId, 'two-factor-removed');
  });
}

/** @throws Fault `conflict` when there is no active factor, and what `confirmOwner` throws */
export async function renewRecoveryCodes(
  ports: TwoFactorPorts,
  principal: Principal | null,
  proof: Proof,
  audit: CallAudit,
): Promise<readonly string[]> {
  const { accountId, twoFactor } = await confirmOwner(ports, principal, proof);
  if (!twoFactor) throw new Fault('conflict', { message: 'The account has no second factor' });
  return change(ports, accountId, audit, async (transaction) => {
    await notify(ports, transaction, accountId, 'recovery-codes-renewed');
    return ports.secondFactor.renewRecoveryCodes(transaction, accountId);
  });
}

async function notify(
  { accounts, mail }: TwoFactorPorts,
  transaction: Transaction,
  accountId: string,
  notice: SecurityNotice,
): Promise<void> {
  const email = await accounts.addressOf(transaction, accountId);
  if (email !== null) await queueSecurityNotice(mail, transaction, email, notice);
}

function exists(): Fault {
  return new Fault('conflict', { message: 'The account has a second factor; remove it first' });
}
