import { createId, createToken, tokenDigest, type PasswordHasher } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import { signInLanes, type GuessLimiter } from '@pcft/limits';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { PrismaAccountStore, SignInAccount } from './prisma-account-store.ts';
import { sessionTtlSeconds } from './session-cookie.ts';
import { tooManyGuesses } from './too-many-guesses.ts';

export interface SignInPorts {
  readonly accounts: PrismaAccountStore;
  readonly passwords: PasswordHasher;
  readonly changes: ChangeCommitter;
  readonly tokenPepper: Buffer;
  readonly guesses: GuessLimiter;
  /** Wrong passwords before the first delay. */
  readonly freeGuesses: number;
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

export interface SignedIn {
  readonly account: { readonly id: string; readonly email: string; readonly fullName: string };
  readonly session: { readonly id: string; readonly expiresAt: Date };
  /** For the cookie. Not stored, not shown anywhere else. */
  readonly token: string;
}

/**
 * A session for who knows the password. Known and unknown addresses answer alike in body and time; the failure stands
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
  const { accounts, passwords, changes, tokenPepper, guesses, freeGuesses } = ports;
  const lanes = signInLanes({ ...input, scope: 'sign-in', account: input.email, freeAttempts: freeGuesses });
  const attempt = await guesses.attempt(lanes);
  const account = await accounts.findByEmail(input.email);
  if (!attempt.allowed) return refuse(account, tooManyGuesses(attempt.retryAfterSeconds));
  if (!(await isPasswordOf(passwords, account, input.password)))
    return refuse(account, new Fault('sign-in-refused'));
  await attempt.succeeded();
  if (ports.requireVerifiedEmail && !account?.isVerified)
    return refuse(account, new Fault('email-unverified'));
  const { id: accountId, email, fullName, passwordHash } = account as SignInAccount;
  const newHash = passwords.needsRehash(passwordHash ?? '') ? await passwords.hash(input.password) : null;
  const sessionId = createId('ses_');
  const token = createToken('session');
  const expiresAt = await changes.commit(async (transaction) => {
    // Changed in between, the old password opens nothing any more.
    if (!(await accounts.recordSignIn(transaction, { id: accountId, passwordHash }, newHash)))
      throw new Fault('sign-in-refused');
    const result = await accounts.insertSession(transaction, {
      id: sessionId,
      accountId,
      digest: tokenDigest(tokenPepper, token),
      ip: input.ip,
      userAgent: input.userAgent,
      ttlSeconds: sessionTtlSeconds,
    });
    await audit.commit(transaction, {
      log: accountId,
      actor: { type: 'account', id: accountId, session_id: sessionId },
      target: { type: 'session', id: sessionId },
    });
    return { result, invalidates: [{ kind: 'credential', id: sessionId }], narrows: false };
  });
  return { account: { id: accountId, email, fullName }, session: { id: sessionId, expiresAt }, token };

  /** The row of the failure is committed either way; for an address that nobody has, nothing is, in the same time. */
  async function refuse(known: SignInAccount | null, fault: Fault): Promise<never> {
    if (known) audit.add({ log: known.id, target: { type: 'account', id: known.id } });
    else await accounts.commitNothing();
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
