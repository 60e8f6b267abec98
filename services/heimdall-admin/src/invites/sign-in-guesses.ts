import { endUserLanes, type GuessAttempt, type GuessLimiter } from '@pcft/limits';
import type { Guess, TokensGuesses } from './tokens-guesses.ts';

/** The budget of guesses at the password of an end user. */
export interface SignInGuesses {
  /** Taken before anybody is looked up, so that known and unknown addresses are counted alike. */
  attempt(guess: Guess): Promise<GuessAttempt>;
}

/**
 * A guess at an invite is one at the sign-in: it draws on the budget that tokens keeps, so that having an invite gives
 * nobody a second one. And on one of this service's own, which holds while tokens is away.
 */
export function createSignInGuesses(ports: {
  readonly tokens: TokensGuesses;
  readonly own: GuessLimiter;
  /** Wrong passwords before the first delay. */
  readonly freeAttempts: number;
  readonly onError: (error: unknown) => void;
}): SignInGuesses {
  const { tokens, own, freeAttempts, onError } = ports;
  return {
    async attempt(guess) {
      let reached = true;
      const wait = await tokens.take(guess).catch((error: unknown) => {
        reached = false;
        onError(error);
        return null;
      });
      if (wait !== null) return { allowed: false, retryAfterSeconds: wait };
      const attempt = await own.attempt(endUserLanes({ ...guess, freeAttempts }));
      if (!attempt.allowed) return attempt;
      return {
        allowed: true,
        async succeeded() {
          await attempt.succeeded();
          // One that tokens never counted has nothing to be given back there; one that is lost is forgotten in a day.
          if (reached) await tokens.succeeded(guess).catch(onError);
        },
      };
    },
  };
}
