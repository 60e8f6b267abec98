import { createToken, parseToken, tokenDigest } from '@pcft/credentials';
import { Fault, tooManyGuesses } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import { singleLane, type GuessLimiter } from '@pcft/limits';
import type { PrismaAccountStore, SignInAccount } from '../accounts/prisma-account-store.ts';
import type { Transaction } from '../database.ts';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import { openSession, type OpenedSession, type SessionPorts } from '../sessions/open-session.ts';
import type { PrismaTwoFactorStore } from './prisma-two-factor-store.ts';
import type { SecondFactor } from './second-factor.ts';

/** How long a person may look for the authenticator. */
const challengeSeconds = 300;

export interface Challenge {
  /** Not stored, not shown anywhere else. */
  readonly challengeToken: string;
  readonly expiresAt: Date;
}

export interface ChallengePorts extends SessionPorts {
  readonly accounts: PrismaAccountStore;
  readonly factors: PrismaTwoFactorStore;
  readonly secondFactor: SecondFactor;
  readonly changes: ChangeCommitter;
  readonly guesses: GuessLimiter;
  readonly freeGuesses: number;
}

/** The password was right: what the second step needs. No session yet. */
export async function createChallenge(
  { factors, tokenPepper }: Pick<ChallengePorts, 'factors' | 'tokenPepper'>,
  transaction: Transaction,
  accountId: string,
  audit: CallAudit,
): Promise<Challenge> {
  const challengeToken = createToken('sign-in-challenge');
  const digest = tokenDigest(tokenPepper, challengeToken);
  const expiresAt = await factors.insertChallenge(transaction, {
    accountId,
    digest,
    ttlSeconds: challengeSeconds,
  });
  await audit.commit(transaction, {
    log: accountId,
    action: 'session.second-factor-required',
    actor: { type: 'account', id: accountId },
    target: { type: 'account', id: accountId },
  });
  return { challengeToken, expiresAt };
}

/**
 * The session for who shows the second factor after the password. Challenge and code are both used up by the one
 * transaction that opens the session. Codes are guessed against a budget of the account: only who knows the password
 * gets to spend it.
 *
 * @throws Fault `session-invalid` for a challenge that is not good (any more), `sign-in-refused`, `rate-limited`
 */
export async function verifyTwoFactor(
  ports: ChallengePorts,
  input: {
    readonly challengeToken: string;
    readonly code: string;
    readonly ip: string;
    readonly userAgent: string | null;
  },
  audit: CallAudit,
): Promise<OpenedSession & { readonly account: SignInAccount }> {
  const { factors, secondFactor, accounts, changes, guesses, freeGuesses, tokenPepper } = ports;
  const token = parseToken(input.challengeToken, ['sign-in-challenge'])?.token;
  const digest = token === undefined ? null : tokenDigest(tokenPepper, token);
  const accountId = digest && (await factors.findChallenge(digest));
  if (!digest || !accountId) throw new Fault('session-invalid');
  audit.add({ log: accountId, target: { type: 'account', id: accountId } });
  const attempt = await guesses.attempt(singleLane(['second-factor', accountId], freeGuesses));
  if (!attempt.allowed) throw tooManyGuesses(attempt.retryAfterSeconds);
  const opened = await changes.commit(async (transaction) => {
    if (!(await factors.takeChallenge(transaction, digest))) throw new Fault('session-invalid');
    const method = await secondFactor.use(transaction, accountId, input.code);
    if (method === null)
      throw new Fault('sign-in-refused', { message: 'The code is wrong or was used already' });
    const account = await accounts.noteSignIn(transaction, accountId);
    if (!account) throw new Fault('session-invalid');
    const { ip, userAgent } = input;
    const change = await openSession(ports, transaction, { accountId, ip, userAgent, method }, audit);
    return { ...change, result: { ...change.result, account } };
  });
  await attempt.succeeded();
  return opened;
}
