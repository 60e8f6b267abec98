import type { Principal } from '@pcft/auth';
import type { PasswordHasher } from '@pcft/credentials';
import { Fault, tooManyGuesses } from '@pcft/errors';
import { singleLane, type GuessLimiter } from '@pcft/limits';
import type { MailQueue } from '@pcft/mail';
import type { Database } from '../database.ts';
import type { PrismaSessionStore } from '../sessions/prisma-session-store.ts';
import type { SecondFactor } from '../two-factor/second-factor.ts';
import type { Confirmation, PrismaAccountStore } from './prisma-account-store.ts';

export interface ConfirmPorts {
  readonly database: Database;
  readonly accounts: PrismaAccountStore;
  readonly passwords: PasswordHasher;
  readonly secondFactor: SecondFactor;
  readonly sessions: PrismaSessionStore;
  readonly mail: MailQueue;
  readonly guesses: GuessLimiter;
  readonly freeGuesses: number;
}

export interface Proof {
  readonly password?: string;
  readonly code?: string;
}

/** How long a proof lasts. */
export const confirmationSeconds = 600;

/** The session of a caller that is one. @throws Fault `policy-denied` for a PAT: no token changes what guards an account */
export function signedIn(principal: Principal | null): { sessionId: string; accountId: string } {
  if (principal?.type === 'session' && principal.accountId)
    return { sessionId: principal.id, accountId: principal.accountId };
  throw new Fault('policy-denied', {
    message: 'Only somebody who is signed in may do this',
    details: [{ field: 'policy', reason: 'a session is needed; no token changes what guards the account' }],
  });
}

/**
 * Lets a sensitive change through only if its owner is there: a second factor or passkey in this session within ten
 * minutes; else a code, where the account has a second factor; else the password. A session that was stolen or left
 * open is not enough.
 *
 * @throws Fault `policy-denied`, `confirmation-required`, `confirmation-refused`, `rate-limited`
 */
export async function confirmOwner(
  ports: ConfirmPorts,
  principal: Principal | null,
  proof: Proof,
): Promise<Confirmation> {
  const { sessionId } = signedIn(principal);
  const known = await ports.accounts.findConfirmation(sessionId, confirmationSeconds);
  if (!known) throw new Fault('session-invalid');
  if (known.confirmed) return known;
  const needed = known.twoFactor ? 'code' : 'password';
  if (proof[needed] === undefined) throw confirmationRequired(needed);
  await guessOnce(ports, sessionId, () =>
    known.twoFactor ? isCode(ports, known, proof.code) : isPassword(ports, known, proof.password),
  );
  return known;
}

/**
 * The same where the password itself is asked for, whatever was proved before; beside it a code, where the account has
 * a second factor and none was shown lately.
 */
export async function confirmPassword(
  ports: ConfirmPorts,
  principal: Principal | null,
  { password, code }: { readonly password: string; readonly code?: string | undefined },
): Promise<Confirmation> {
  const { sessionId } = signedIn(principal);
  const known = await ports.accounts.findConfirmation(sessionId, confirmationSeconds);
  if (!known) throw new Fault('session-invalid');
  const needsCode = known.twoFactor && !known.confirmed;
  if (needsCode && code === undefined) throw confirmationRequired('code');
  await guessOnce(
    ports,
    sessionId,
    // The code second: a wrong password must not use it up.
    async () =>
      (await isPassword(ports, known, password)) && (!needsCode || (await isCode(ports, known, code))),
  );
  return known;
}

/** For what has asked for the password by itself: a code beside it, where the account has a second factor. */
export async function confirmSecondFactor(
  ports: ConfirmPorts,
  principal: Principal | null,
  code: string | undefined,
): Promise<void> {
  const { sessionId } = signedIn(principal);
  const known = await ports.accounts.findConfirmation(sessionId, confirmationSeconds);
  if (!known) throw new Fault('session-invalid');
  if (!known.twoFactor || known.confirmed) return;
  if (code === undefined) throw confirmationRequired('code');
  await guessOnce(ports, sessionId, () => isCode(ports, known, code));
}

async function guessOnce(
  { guesses, freeGuesses }: ConfirmPorts,
  sessionId: string,
  isRight: () => Promise<boolean>,
): Promise<void> {
  const attempt = await guesses.attempt(singleLane(['confirm', sessionId], freeGuesses));
  if (!attempt.allowed) throw tooManyGuesses(attempt.retryAfterSeconds);
  if (!(await isRight())) throw new Fault('confirmation-refused');
  await attempt.succeeded();
}

async function isPassword({ passwords }: ConfirmPorts, { passwordHash }: Confirmation, password = '') {
  if (passwordHash === null) return passwords.verifyDummy(password);
  return passwords.verify(password, passwordHash);
}

async function isCode({ secondFactor, database }: ConfirmPorts, { accountId }: Confirmation, code = '') {
  return (await secondFactor.use(database, accountId, code)) !== null;
}

function confirmationRequired(field: 'code' | 'password'): Fault {
  return new Fault('confirmation-required', { details: [{ field, reason: 'required' }] });
}
