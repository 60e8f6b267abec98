import type { PasswordHasher } from '@pcft/credentials';
import { Fault, tooManyGuesses } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import { singleLane, type GuessLimiter } from '@pcft/limits';
import type { InTransaction } from '../changes/in-transaction.ts';
import type { Person } from './factor-notice.ts';
import type { UserSecondFactor } from './user-second-factor.ts';

export interface ProofPorts {
  readonly secondFactor: UserSecondFactor;
  readonly passwords: PasswordHasher;
  readonly guesses: GuessLimiter;
  readonly freeGuesses: number;
  readonly inTransaction: InTransaction;
}

export interface Proof {
  readonly password?: string | undefined;
  readonly code?: string | undefined;
}

/**
 * Lets what guards an account change only if its user is there: by a code, where there is an active second factor, else by
 * the password. A session that was stolen or left open is not enough.
 *
 * @throws Fault `confirmation-required`, `confirmation-refused`, `rate-limited`; BusyError
 */
export async function proveUser(
  ports: ProofPorts,
  person: Person,
  { password, code }: Proof,
  audit: CallAudit,
): Promise<void> {
  const { app, user } = person;
  if (await ports.secondFactor.isActive(user.id)) return proveCode(ports, person, code, audit);
  if (password === undefined) throw confirmationRequired('password');
  const passwords = ports.passwords.onBehalfOf({ key: app.id });
  await guessOnce(ports, ['change-password', user.id], audit, 'wrong_password', () =>
    user.passwordHash === null
      ? passwords.verifyDummy(password)
      : passwords.verify(password, user.passwordHash),
  );
}

/** For what has asked for the password by itself: a code beside it, where there is an active second factor. */
export async function proveCodeIfActive(
  ports: ProofPorts,
  person: Person,
  code: string | undefined,
  audit: CallAudit,
): Promise<void> {
  if (await ports.secondFactor.isActive(person.user.id)) await proveCode(ports, person, code, audit);
}

async function proveCode(
  ports: ProofPorts,
  person: Person,
  code: string | undefined,
  audit: CallAudit,
): Promise<void> {
  if (code === undefined) throw confirmationRequired('code');
  await guessOnce(ports, secondFactorLane(person.user.id), audit, 'wrong_code', async () => {
    let right = false;
    await ports.inTransaction(async (transaction) => {
      right = (await ports.secondFactor.use(transaction, person, code)) !== null;
    });
    return right;
  });
}

/** One budget for the codes of a user, wherever they are guessed. */
export function secondFactorLane(userId: string): readonly string[] {
  return ['second-factor', userId];
}

async function guessOnce(
  { guesses, freeGuesses }: ProofPorts,
  lane: readonly string[],
  audit: CallAudit,
  reason: string,
  isRight: () => Promise<boolean>,
): Promise<void> {
  const attempt = await guesses.attempt(singleLane(lane, freeGuesses));
  if (!attempt.allowed) throw tooManyGuesses(attempt.retryAfterSeconds);
  if (!(await isRight())) {
    audit.add({ action: 'user.confirmation-refused', outcome: 'denied', metadata: { reason } });
    throw new Fault('confirmation-refused');
  }
  await attempt.succeeded();
}

function confirmationRequired(field: 'code' | 'password'): Fault {
  return new Fault('confirmation-required', { details: [{ field, reason: 'required' }] });
}
