import { expectStatus, tokenIn, uniqueName, type Suite, type World } from '@pcft/testing';
import { userPassword } from './end-users.ts';

export const forUsers = { verify: 'Verify your address for', reset: 'Set a new password for' } as const;

/** A user of the app whom an admin has made, so that nothing was mailed yet. */
export async function madeUser(suite: Suite, world: World, more: object = {}) {
  const email = `${uniqueName('ann')}@example.com`;
  const made = await expectStatus(
    suite.call('createUser', {
      auth: world.owner.pat,
      params: { app: world.app.id },
      body: { email, password: userPassword, ...more },
    }),
    201,
  );
  return { email, id: (made.body as { id: string }).id };
}

/** The token of a mail that the suite has really sent. */
export async function mailedTo(suite: Suite, to: string, subject: string, count = 1): Promise<string> {
  return tokenIn(await suite.inbox.waitFor({ to, subject, count }));
}

export async function askForReset(suite: Suite, world: World, email: string, count = 1): Promise<string> {
  const params = { app: world.app.id };
  await expectStatus(suite.call('forgotUserPassword', { params, body: { email } }), 202);
  return mailedTo(suite, email, forUsers.reset, count);
}

export async function askForVerification(suite: Suite, world: World, email: string, count = 1) {
  const params = { app: world.app.id };
  await expectStatus(suite.call('resendUserVerification', { params, body: { email } }), 202);
  return mailedTo(suite, email, forUsers.verify, count);
}

/** In a stack's copy: the links of a user have run out. */
export async function expire(suite: Suite, userId: string): Promise<void> {
  await suite
    .database('tokens', 'owner')
    .query('UPDATE user_mail_token SET expires_at = now() WHERE user_id = $1', [userId]);
}
