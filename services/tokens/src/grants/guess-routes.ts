import type { tokensOperations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import { endUserLanes } from '@pcft/limits';
import type { PasswordGrantDeps } from './password-grant.ts';

type Operations = Pick<typeof tokensOperations, 'countSignInGuess'>;

/** The one service beside this that checks passwords of end users: at its invites. */
const guesser = 'heimdall-admin';

export function guessHandlers({
  guesses,
  freeGuesses: freeAttempts,
}: Pick<PasswordGrantDeps, 'guesses' | 'freeGuesses'>): Handlers<Operations> {
  return {
    async countSignInGuess({ callingService, params, body }: Call<Operations['countSignInGuess']>) {
      if (callingService !== guesser) throw new Fault('policy-denied');
      const { email, ip, succeeded } = body;
      const lanes = endUserLanes({ appId: params.app_id, email, ip, freeAttempts });
      if (succeeded) {
        await guesses.succeeded(lanes);
        return { retry_after_seconds: null };
      }
      const attempt = await guesses.attempt(lanes);
      return { retry_after_seconds: attempt.allowed ? null : attempt.retryAfterSeconds };
    },
  };
}
