import { Fault } from './fault.ts';

/**
 * 429 for guesses that come too fast (ADR 0014). The same for those who exist and those who do not.
 *
 * @param retryAfterSeconds when the next guess is looked at
 */
export function tooManyGuesses(retryAfterSeconds: number): Fault {
  return new Fault('rate-limited', {
    message: 'Too many wrong attempts; try again later',
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}
