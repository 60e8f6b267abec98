import { createToken, parseToken, tokenDigest } from '@pcft/credentials';
import { Fault, tooManyGuesses } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import { singleLane } from '@pcft/limits';
import type { ConsumerDeps } from '../consumer/consumer-deps.ts';
import type { DirectoryApp, DirectoryUser } from '../directory/directory-store.ts';
import { beginSession } from '../grants/begin-session.ts';
import type { GrantedTokens } from '../grants/granted-tokens.ts';
import type { Device } from '../sessions/session-store.ts';
import { secondFactorLane } from './prove-user.ts';

/** How long a person may look for the authenticator. */
const challengeSeconds = 300;

export interface Challenge {
  /** Not stored, not shown anywhere else. */
  readonly challengeToken: string;
  readonly expiresAt: Date;
}

/** The password was right: what the second step needs. No session yet. @throws Fault `sign-in-refused` */
export async function createUserChallenge(
  { secondFactor, tokenPepper, inTransaction }: ConsumerDeps,
  user: DirectoryUser & { readonly passwordHash: string },
  audit: CallAudit,
): Promise<Challenge> {
  const challengeToken = createToken('sign-in-challenge');
  const digest = tokenDigest(tokenPepper, challengeToken);
  const { appId, id: userId, passwordHash } = user;
  let expiresAt: Date | null = null;
  await inTransaction(async (transaction) => {
    const challenge = { appId, userId, passwordHash, digest, ttlSeconds: challengeSeconds };
    expiresAt = await secondFactor.store.insertChallenge(transaction, challenge);
    if (!expiresAt) throw new Fault('sign-in-refused');
    await audit.commit(transaction, {
      action: 'user.second-factor-required',
      actor: { type: 'user', id: userId },
      target: { type: 'user', id: userId },
    });
  });
  if (!expiresAt) throw new Error('the challenge has no end');
  return { challengeToken, expiresAt };
}

/**
 * The session for who shows the second factor after the password. Challenge and code are used up by the transaction that
 * begins the session. Codes are guessed against a budget of the user: only who knows the password gets to spend it.
 *
 * @throws Fault `session-invalid` for a challenge that is not good (any more), `sign-in-refused`, `rate-limited`
 */
export async function verifyUserTwoFactor(
  deps: ConsumerDeps,
  app: DirectoryApp,
  input: { readonly challengeToken: string; readonly code: string; readonly device: Device },
  audit: CallAudit,
): Promise<{ user: DirectoryUser; granted: GrantedTokens }> {
  const { directory, secondFactor, guesses, freeGuesses, tokenPepper } = deps;
  const over = () => new Fault('session-invalid', { message: 'The sign-in is over; begin again' });
  const token = parseToken(input.challengeToken, ['sign-in-challenge'])?.token;
  const digest = token === undefined ? null : tokenDigest(tokenPepper, token);
  const userId = digest && (await secondFactor.store.findChallenge(app.id, digest));
  const user = userId && (await directory.findUser(app.id, userId));
  if (!digest || !user) throw over();
  const target = { type: 'user', id: user.id };
  audit.add({ target });
  const attempt = await guesses.attempt(singleLane(secondFactorLane(user.id), freeGuesses));
  if (!attempt.allowed) throw tooManyGuesses(attempt.retryAfterSeconds);
  let method: string | null = null;
  const granted = await beginSession(
    deps,
    app,
    user,
    {
      device: input.device,
      // Whatever is thrown here takes nothing: a wrong code leaves the challenge as it is.
      admits: async (transaction, { sessionsEndedAt }) => {
        method = await secondFactor.use(transaction, { app, user }, input.code);
        if (method === null)
          throw new Fault('sign-in-refused', { message: 'The code is wrong or was used already' });
        const begunAt = await secondFactor.store.takeChallenge(transaction, digest);
        return begunAt !== null && (sessionsEndedAt === null || begunAt > sessionsEndedAt);
      },
    },
    (transaction, { sessionId }) =>
      audit.commit(transaction, {
        actor: { type: 'user', id: user.id },
        target,
        metadata: { session_id: sessionId, method },
      }),
  );
  if (!granted) throw over();
  await attempt.succeeded();
  return { user, granted };
}
