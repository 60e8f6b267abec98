import { Fault, tooManyGuesses } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import { singleLane } from '@pcft/limits';
import type { TransactionClient } from '@pcft/events';
import type { DirectoryApp, DirectoryUser } from '../directory/directory-store.ts';
import { proveUser, type Proof, type ProofPorts } from './prove-user.ts';
import type { Enrolment } from './user-second-factor.ts';

// What processes cache of a user does not change with the second factor: no row goes to the invalidation log.
async function change<T>(
  { inTransaction }: ProofPorts,
  userId: string,
  audit: CallAudit,
  work: (transaction: TransactionClient) => Promise<T>,
): Promise<T> {
  const done: T[] = [];
  await inTransaction(async (transaction) => {
    done[0] = await work(transaction);
    await audit.commit(transaction, { target: { type: 'user', id: userId } });
  });
  return done[0] as T;
}

/** @throws Fault `conflict` when there is an active one, and what `proveUser` throws */
export async function enrolUserTotp(
  ports: ProofPorts,
  app: DirectoryApp,
  user: DirectoryUser,
  password: string,
  audit: CallAudit,
): Promise<Enrolment> {
  if (await ports.secondFactor.isActive(user.id)) throw exists();
  await proveUser(ports, user, { password }, audit);
  const labels = { issuer: app.displayName, label: user.email };
  return change(ports, user.id, audit, async (transaction) => {
    const enrolment = await ports.secondFactor.enrol(transaction, user.id, labels);
    if (!enrolment) throw exists();
    return enrolment;
  });
}

/**
 * @returns the recovery codes, which are shown once
 * @throws Fault `conflict` when nothing is pending, `confirmation-refused`, `rate-limited`
 */
export async function confirmUserTotp(
  ports: ProofPorts,
  { id }: DirectoryUser,
  code: string,
  audit: CallAudit,
): Promise<readonly string[]> {
  const { secondFactor, guesses, freeGuesses } = ports;
  const attempt = await guesses.attempt(singleLane(['activate', id], freeGuesses));
  if (!attempt.allowed) throw tooManyGuesses(attempt.retryAfterSeconds);
  const codes = await change(ports, id, audit, async (transaction) => {
    const factor = await secondFactor.store.find(id, transaction);
    if (!factor) throw new Fault('conflict', { message: 'Begin to set up a second factor first' });
    if (factor.activatedAt) throw exists();
    const activated = await secondFactor.activate(transaction, id, factor, code);
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
  user: DirectoryUser,
  proof: Proof,
  audit: CallAudit,
): Promise<void> {
  await proveUser(ports, user, proof, audit);
  await removeUserTwoFactor(ports, user.id, audit);
}

/** For whoever may say so without a proof of the user's own. */
export async function removeUserTwoFactor(
  ports: ProofPorts,
  userId: string,
  audit: CallAudit,
): Promise<void> {
  await change(ports, userId, audit, async (transaction) => {
    const removed = await ports.secondFactor.store.remove(transaction, userId);
    audit.add({ metadata: { removed } });
  });
}

/** @throws Fault `conflict` when there is no active factor, and what `proveUser` throws */
export async function renewUserRecoveryCodes(
  ports: ProofPorts,
  user: DirectoryUser,
  proof: Proof,
  audit: CallAudit,
): Promise<readonly string[]> {
  const { secondFactor } = ports;
  if (!(await secondFactor.isActive(user.id)))
    throw new Fault('conflict', { message: 'There is no second factor' });
  await proveUser(ports, user, proof, audit);
  return change(ports, user.id, audit, (transaction) =>
    secondFactor.renewRecoveryCodes(transaction, user.id),
  );
}

function exists(): Fault {
  return new Fault('conflict', { message: 'There is a second factor; remove it first' });
}
