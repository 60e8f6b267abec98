import type { PasswordHasher } from '@pcft/credentials';
import { Fault, tooManyGuesses } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import { signInLanes } from '@pcft/limits';
import type { Database } from '../database.ts';
import { openSession, type OpenedSession } from '../sessions/open-session.ts';
import { createChallenge, type Challenge, type ChallengePorts } from '../two-factor/sign-in-challenge.ts';
import type { SignInAccount } from './prisma-account-store.ts';

export interface SignInPorts extends ChallengePorts {
  readonly database: Database;
  readonly passwords: PasswordHasher;
  /** Whether an account signs in only once its address is verified. */
  readonly requireVerifiedEmail: boolean;
}

export interface SignInInput {
  readonly email: string;
  readonly password: string;
  readonly ip: string;
  readonly userAgent: string | null;
  /** The browser, if it has signed in to this very address before. */
  readonly device: string | null;
}

/** A session, or what the second step needs where the account has a second factor. */
export type SignedIn = (OpenedSession | Challenge) & { readonly account: SignInAccount };

/**
 * A session for who knows the password; a challenge, where there is a second factor to show. Known and unknown addresses answer alike in body and time; the failure stands
 * in the log of the account, if there is one. Guesses are counted before they are looked at: who is too fast does not
 * learn whether the last one was right.
 *
 * @throws Fault `sign-in-refused`, `rate-limited`; `email-unverified` where that is asked for, to who knows the password
 */
export async function signInWithEmail(
  ports: SignInPorts,
  input: SignInInput,
  audit: CallAudit,
): Promise<SignedIn> {
  const { accounts, database, factors, passwords, changes, guesses, freeGuesses } = ports;
  const lanes = signInLanes({ ...input, scope: 'sign-in', account: input.email, freeAttempts: freeGuesses });
  const attempt = await guesses.attempt(lanes);
  const account = await accounts.findByEmail(input.email);
  if (!attempt.allowed) return refuse(account, tooManyGuesses(attempt.retryAfterSeconds));
  if (!(await isPasswordOf(passwords, account, input.password)))
    return refuse(account, new Fault('sign-in-refused'));
  await attempt.succeeded();
  const known = account as SignInAccount;
  if (ports.requireVerifiedEmail && !known.isVerified) return refuse(known, new Fault('email-unverified'));
  const { id: accountId, passwordHash } = known;
  const newHash = passwords.needsRehash(passwordHash ?? '') ? await passwords.hash(input.password) : null;
  if ((await factors.find(accountId))?.activatedAt) {
    const challenge = await database.$transaction((transaction) =>
      createChallenge(ports, transaction, accountId, audit),
    );
    return { ...challenge, account: known };
  }
  const { ip, userAgent } = input;
  const opened = await changes.commit(async (transaction) => {
    // Changed in between, the old password opens nothing any more.
    if (!(await accounts.recordSignIn(transaction, known, newHash))) throw new Fault('sign-in-refused');
    return openSession(ports, transaction, { accountId, ip, userAgent }, audit);
  });
  return { ...opened, account: known };

  /** The row of the failure is committed; for an address that nobody has, nothing is, in the same time. */
  async function refuse(guessed: SignInAccount | null, fault: Fault): Promise<never> {
    if (guessed) audit.add({ log: guessed.id, target: { type: 'account', id: guessed.id } });
    else audit.ofNobody();
    throw fault;
  }
}

/** Computes one hash whether or not there is an account, a password or an active account. */
async function isPasswordOf(
  passwords: PasswordHasher,
  account: SignInAccount | null,
  password: string,
): Promise<boolean> {
  if (account?.passwordHash == null) return passwords.verifyDummy(password);
  return (await passwords.verify(password, account.passwordHash)) && account.isActive;
}
