import { Fault } from '@pcft/errors';

/** 429 for guesses that come too fast. The same for users that exist and for those that do not. */
export function tooManyGuesses(retryAfterSeconds: number): Fault {
  return new Fault('rate-limited', {
    message: 'Too many wrong attempts; try again later',
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}
