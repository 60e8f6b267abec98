import { createId, createToken, tokenDigest, type PasswordHasher } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { PrismaAccountStore, SignInAccount } from './prisma-account-store.ts';
import { sessionTtlSeconds } from './session-cookie.ts';

export interface SignInPorts {
  readonly accounts: PrismaAccountStore;
  readonly passwords: PasswordHasher;
  readonly changes: ChangeCommitter;
  readonly tokenPepper: Buffer;
}

export interface SignInInput {
  readonly email: string;
  readonly password: string;
  readonly ip: string;
  readonly userAgent: string | null;
}

export interface SignedIn {
  readonly account: { readonly id: string; readonly email: string; readonly fullName: string };
  readonly session: { readonly id: string; readonly expiresAt: Date };
  /** For the cookie. Not stored, not shown anywhere else. */
  readonly token: string;
}

/**
 * A session for who knows the password. Known and unknown addresses answer alike in body and time; the failure stands
 * in the log of the account, if there is one.
 *
 * @throws Fault `sign-in-refused`
 */
export async function signInWithEmail(
  { accounts, passwords, changes, tokenPepper }: SignInPorts,
  input: SignInInput,
  audit: CallAudit,
): Promise<SignedIn> {
  const account = await accounts.findByEmail(input.email);
  if (!(await isPasswordOf(passwords, account, input.password))) {
    if (account) audit.add({ log: account.id, target: { type: 'account', id: account.id } });
    // In the other case the audit row of the failure is committed now.
    else await accounts.commitNothing();
    throw new Fault('sign-in-refused');
  }
  const { id: accountId, email, fullName, passwordHash } = account as SignInAccount;
  const newHash = passwords.needsRehash(passwordHash ?? '') ? await passwords.hash(input.password) : null;
  const sessionId = createId('ses_');
  const token = createToken('session');
  const expiresAt = await changes.commit(async (transaction) => {
    await accounts.recordSignIn(transaction, accountId, newHash);
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
