import { addressSubject } from './address-subject.ts';
import type { GuessLane, GuessRule } from './guess-limiter.ts';

const day = 24 * 60 * 60;

/** Who has signed in before makes mistakes, and is never made to wait long. */
const knownDevice = (freeAttempts: number): GuessRule => ({
  freeAttempts,
  firstDelaySeconds: 15,
  longestDelaySeconds: 900,
  forgetSeconds: day,
});

const stranger = (freeAttempts: number): GuessRule => ({
  freeAttempts,
  firstDelaySeconds: 30,
  longestDelaySeconds: 3600,
  forgetSeconds: day,
});

/** All strangers together. One address can never use it up: it is stopped by its own budget before. */
const shareOfEveryone = 5;

/**
 * The budgets of a sign-in. A known device has one of its own, so that no stranger's guesses ever lock the owner's
 * browser out. Strangers draw on one per address they call from and, together, on one per account.
 *
 * @param account what is signed in to, as it was typed; known and unknown ones are counted alike
 * @param device proof of an earlier sign-in to this very account, already verified
 */
export function signInLanes(input: {
  readonly scope: string;
  readonly account: string;
  readonly device: string | null;
  readonly ip: string;
  readonly freeAttempts: number;
}): readonly GuessLane[] {
  const { scope, device, ip, freeAttempts } = input;
  const account = input.account.toLowerCase();
  if (device !== null)
    return [
      { name: [scope, 'device', account, device], rule: knownDevice(freeAttempts), onSuccess: 'forget' },
    ];
  return [
    { name: [scope, 'ip', account, addressSubject(ip)], rule: stranger(freeAttempts), onSuccess: 'forget' },
    { name: [scope, 'all', account], rule: stranger(freeAttempts * shareOfEveryone), onSuccess: 'give-back' },
  ];
}

/** The budget of a guess by somebody who has proved something already: a session, or a password. */
export function singleLane(name: readonly string[], freeAttempts: number): readonly GuessLane[] {
  return [{ name, rule: knownDevice(freeAttempts), onSuccess: 'forget' }];
}

/**
 * The budgets of an end user's password, wherever it is guessed: at a sign-in, or at an invite, in whichever service. An
 * address that no user has is counted alike, so it is drawn on before anybody is looked up.
 */
export function endUserLanes(input: {
  readonly appId: string;
  readonly email: string;
  readonly ip: string;
  readonly freeAttempts: number;
}): readonly GuessLane[] {
  const { appId, email, ip, freeAttempts } = input;
  return signInLanes({ scope: 'sign-in', account: `${appId} ${email}`, device: null, ip, freeAttempts });
}
