import { expectStatus, type Suite, type World } from '@pcft/testing';
import { Secret, TOTP } from 'otpauth';
import { userPassword, verifiedUser, type SignedUp } from './end-users.ts';

/** A user with an active second factor, signed in. */
export interface Guarded extends SignedUp {
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

/** A code of this time step, of the one before (-1) or after (+1): all three are taken, each once. */
export function codeOf({ secret }: Pick<Guarded, 'secret'>, steps = 0): string {
  const timestamp = Date.now() + steps * 30_000;
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp });
}

/** Signs up and enrols. The code of activation is one of the step before: this step's is still good. */
export async function guardedUser(suite: Suite, world: World): Promise<Guarded> {
  const user = await verifiedUser(suite, world);
  const as = (operationId: string, body: object) =>
    expectStatus(suite.call(operationId, { auth: user.access, params: { app: world.app.id }, body }), 200);
  const begun = await as('enrolUserTotp', { password: userPassword });
  const { secret } = begun.body as { secret: string };
  const activated = await as('confirmUserTotp', { code: codeOf({ secret }, -1) });
  const { recovery_codes: recoveryCodes } = activated.body as { recovery_codes: string[] };
  return { ...user, secret, recoveryCodes };
}

/** The first step of a sign-in. */
export async function challengeOf(suite: Suite, world: World, { email }: Pick<SignedUp, 'email'>) {
  const body = { email, password: userPassword };
  const answer = await suite.call('signInUser', { params: { app: world.app.id }, body });
  return (answer.body as { challenge_token: string }).challenge_token;
}

export function verify(suite: Suite, world: World, challenge_token: string, code: string) {
  const params = { app: world.app.id };
  return suite.call('verifyUserTwoFactor', { params, body: { challenge_token, code } });
}
