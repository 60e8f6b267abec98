import { Fault, tooManyGuesses } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import { singleLane } from '@pcft/limits';
import type { Person } from './factor-notice.ts';
import { proveUser, type Proof, type ProofPorts } from './prove-user.ts';
import type { Enrolment, NoticedTransaction } from './user-second-factor.ts';

// What processes cache of a user does not change with the second factor: no row goes to the invalidation log.
async function change<T>(
  { inTransaction }: ProofPorts,
  userId: string,
  audit: CallAudit,
  work: (transaction: NoticedTransaction) => Promise<T>,
): Promise<T> {
  const done: T[] = [];
  await inTransaction(async (transaction) => {
    done[0] = await work(transaction);
    await audit.commit(transaction, { target: { type: 'user', id: userId } });
  });
  return done[0] as T;
}

/**
 * Only for a user whose address is verified: whoever signs up with a stranger's address must not be able to lock its owner
 * out, since a reset by mail leaves the second factor as it is.
 *
 * @throws Fault `email-unverified`, `conflict` when there is an active one, and what `proveUser` throws
 */
export async function enrolUserTotp(
  ports: ProofPorts,
  person: Person,
  password: string,
  audit: CallAudit,
): Promise<Enrolment> {
  const { app, user } = person;
  assertVerified(person);
  if (await ports.secondFactor.isActive(user.id)) throw exists();
  await proveUser(ports, person, { password }, audit);
  const labels = { issuer: app.displayName, label: user.email };
  return change(ports, user.id, audit, async (transaction) => {
    const enrolment = await ports.secondFactor.enrol(transaction, user.id, labels);
    if (!enrolment) throw exists();
    return enrolment;
  });
}

/**
 * @returns the recovery codes, which are shown once
 * @throws Fault `email-unverified`, `conflict` when nothing is pending, `confirmation-refused`, `rate-limited`
 */
export async function confirmUserTotp(
  ports: ProofPorts,
  person: Person,
  code: string,
  audit: CallAudit,
): Promise<readonly string[]> {
  const { id } = person.user;
  // Here, too: the address may be another one since it was begun.
  assertVerified(person);
  const { secondFactor, guesses, freeGuesses } = ports;
  const attempt = await guesses.attempt(singleLane(['activate', id], freeGuesses));
  if (!attempt.allowed) throw tooManyGuesses(attempt.retryAfterSeconds);
  const codes = await change(ports, id, audit, async (transaction) => {
    const factor = await secondFactor.store.find(id, transaction);
    if (!factor) throw new Fault('conflict', { message: 'Begin to set up a second factor first' });
    if (factor.activatedAt) throw exists();
    const activated = await secondFactor.activate(transaction, person, factor, code);
    if (!activated) {
      audit.add({ action: 'user.confirmation-refused', metadata: { reason: 'wrong_code' } });
      throw new Fault('confirmation-refused');
    }
    return activated;
  });
  await attempt.succeeded();
  return codes;
}

/** Removing what is not there changes nothing. @throws what `proveUser` throws */
export async function disableUserTwoFactor(
  ports: ProofPorts,
  person: Person,
  proof: Proof,
  audit: CallAudit,
): Promise<void> {
  await proveUser(ports, person, proof, audit);
  await remove(ports, person, 'removed', audit);
}

/** For whoever may say so without a proof of the user's own. */
export function removeUserTwoFactor(ports: ProofPorts, person: Person, audit: CallAudit): Promise<void> {
  return remove(ports, person, 'removed-by-admin', audit);
}

function remove(
  ports: ProofPorts,
  person: Person,
  by: 'removed' | 'removed-by-admin',
  audit: CallAudit,
): Promise<void> {
  return change(ports, person.user.id, audit, async (transaction) => {
    const removed = await ports.secondFactor.remove(transaction, person, by);
    audit.add({ metadata: { removed } });
  });
}

/** @throws Fault `conflict` when there is no active factor, and what `proveUser` throws */
export async function renewUserRecoveryCodes(
  ports: ProofPorts,
  person: Person,
  proof: Proof,
  audit: CallAudit,
): Promise<readonly string[]> {
  const { secondFactor } = ports;
  const { user } = person;
  if (!(await secondFactor.isActive(user.id)))
    throw new Fault('conflict', { message: 'There is no second factor' });
  await proveUser(ports, person, proof, audit);
  return change(ports, user.id, audit, (transaction) => secondFactor.renewRecoveryCodes(transaction, person));
}

function assertVerified({ user }: Person): void {
  if (user.emailVerified) return;
  throw new Fault('email-unverified', {
    message: 'The address is not verified yet; a second factor is for users whose address is',
  });
}

function exists(): Fault {
  return new Fault('conflict', { message: 'There is a second factor; remove it first' });
}
