import { createInstanceFetch, serviceHeaders } from '@pcft/auth';
import { tokensOperations, type SuccessOf } from '@pcft/contracts';

/** At whose password a guess is made, and from where. */
export interface Guess {
  readonly appId: string;
  readonly email: string;
  readonly ip: string;
}

/** The budgets that tokens keeps of its sign-ins, as this service reaches them. */
export interface TokensGuesses {
  /** @returns how long to wait, or `null`. Rejects when tokens is away or does not answer in time */
  take(guess: Guess): Promise<number | null>;
  /** The guess that was taken before was right. Rejects as `take` does. */
  succeeded(guess: Guess): Promise<void>;
}

/** Whoever accepts an invite waits for it. */
const timeoutMs = 800;

export function createTokensGuesses(options: {
  /** Comma list of instances. */
  readonly tokensUrl: string;
  readonly serviceToken: string;
}): TokensGuesses {
  const { method, path } = tokensOperations.countSignInGuess;
  const reach = createInstanceFetch(options.tokensUrl.split(','));
  const headers = { ...serviceHeaders(options.serviceToken), 'content-type': 'application/json' };

  async function count({ appId, email, ip }: Guess, succeeded: boolean): Promise<number | null> {
    const init = { method, headers, body: JSON.stringify({ email, ip, succeeded }) };
    // Not repeated: an attempt whose answer is lost counts once.
    const response = await reach(path.replace(':app_id', appId), init, { timeoutMs, repeatable: false });
    const text = await response.text();
    if (response.status !== 200)
      throw new Error(`tokens answered ${String(response.status)} to a guess: ${text.slice(0, 300)}`);
    return (JSON.parse(text) as SuccessOf<typeof tokensOperations.countSignInGuess>).retry_after_seconds;
  }

  return {
    take: (guess) => count(guess, false),
    async succeeded(guess) {
      await count(guess, true);
    },
  };
}
