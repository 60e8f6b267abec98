import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';
import { eventOf, eventsOf, reasonFor, settings, signIn, signUp, userPassword } from './end-users.ts';
import { putUser } from './machines.ts';
import { askForReset, askForVerification, expire, madeUser } from './mailed.ts';
import { challengeOf, codeOf, guardedUser, verify } from './second-factors.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const next = 'an entirely different passphrase';
const reset = (token: string, password = next, more: object = {}) =>
  suite.call('resetUserPassword', {
    params: { app: world.app.id },
    body: { token, new_password: password },
    ...more,
  });
const signInWith = async (email: string, password: string) =>
  (await suite.call('signInUser', { params: { app: world.app.id }, body: { email, password } })).status;
const refresh = async (refresh_token: string) =>
  (await suite.call('refreshToken', { params: { app: world.app.id }, body: { refresh_token } })).status;

describe('200', () => {
  it('when every session has ended; only the new password is good, and the address is verified', async () => {
    const user = await signUp(suite, world);
    const other = await signIn(suite, world, user.email);
    const answer = await reset(await askForReset(suite, world, user.email), next, { on: 'gateway' });
    expect([answer.status, answer.body]).toEqual([200, { sessions_ended: 2 }]);
    for (const access of [user.access, other.access])
      expect(await reasonFor(suite, world, access)).toBe('session_ended');
    for (const token of [user.refresh, other.refresh]) expect(await refresh(token)).toBe(401);
    expect(await signInWith(user.email, userPassword)).toBe(401);
    const { access } = await signIn(suite, world, user.email, next);
    const me = await suite.call('getEndUser', { auth: access, params: { app: world.app.id } });
    expect(me.body.email_verified).toBe(true);
    const notice = await suite.inbox.waitFor({ to: user.email, subject: 'was changed' });
    expect(notice.text).toContain('All of your sessions were ended');
    for (const action of ['user.password-reset-requested', 'user.password-reset'])
      expect(await eventOf(suite, world, action, user.id)).toMatchObject({
        actor_id: user.id,
        target_id: user.id,
        ip_address: expect.any(String),
      });
  });

  it('leaves the second factor, and ends sign-ins that wait for it', async () => {
    const user = await guardedUser(suite, world);
    const challenge = await challengeOf(suite, world, user);
    expect((await reset(await askForReset(suite, world, user.email))).status).toBe(200);
    expect((await verify(suite, world, challenge, codeOf(user))).status).toBe(401);
    const body = { email: user.email, password: next };
    const answer = await suite.call('signInUser', { params: { app: world.app.id }, body });
    expect(answer.body).toMatchObject({ two_factor_required: true });
  });

  it('leaves it, too, to a user whose address has been changed since: a mailbox is no second factor', async () => {
    const user = await guardedUser(suite, world);
    const email = `moved-${user.email}`;
    const params = { app: world.app.id, user_id: user.id };
    const moved = await suite.call('updateUser', { auth: world.owner.pat, params, body: { email } });
    expect(moved.body.email_verified).toBe(false);
    expect((await reset(await askForReset(suite, world, email))).status).toBe(200);
    const body = { email, password: next };
    const answer = await suite.call('signInUser', { params: { app: world.app.id }, body });
    expect(answer.body).toMatchObject({ two_factor_required: true });
    const { challenge_token: challenge } = answer.body as { challenge_token: string };
    expect((await verify(suite, world, challenge, codeOf(user))).status).toBe(200);
  });

  it('gives who had no password one', async () => {
    const { email } = await madeUser(suite, world, { password: undefined });
    expect((await reset(await askForReset(suite, world, email))).status).toBe(200);
    await signIn(suite, world, email, next);
  });

  it('is given once to fifty who try at the same moment', async () => {
    const { email } = await signUp(suite, world);
    const token = await askForReset(suite, world, email);
    const passwordOf = (n: number) => `${next} ${String(n)}`;
    // Two processes: what decides must not be the memory of one.
    const { name, url } = await suite.control.startInstance('tokens');
    const on = (n: number) => (n % 2 === 0 ? {} : { on: url as `http${string}` });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => reset(token, passwordOf(n), on(n))),
    );
    await suite.control.stop(name);
    const winners = answers.flatMap(({ status }, n) => (status === 200 ? [n] : []));
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(49);
    expect(await signInWith(email, passwordOf(winners[0] ?? -1))).toBe(200);
  }, 60_000);
});

describe('400 when', () => {
  it('the password is against the rules of the app; the link then works still', async () => {
    const own = await createWorld(suite);
    await settings(suite, own, { password: { min_length: 15 } });
    const token = await askForReset(suite, own, own.user.email);
    const params = { app: own.app.id };
    for (const bad of ['only14letters!', 'passwordpassword', own.user.email]) {
      const answer = await reset(token, bad, { params });
      expect([answer.status, answer.body.error.details[0].field]).toEqual([400, 'new_password']);
    }
    expect((await reset(token, next, { params })).status).toBe(200);
  });

  it('the token was used, replaced, expired, is for something else or of another app, with a row', async () => {
    const { email, id } = await madeUser(suite, world);
    const other = await createWorld(suite);
    const first = await askForReset(suite, world, email);
    const second = await askForReset(suite, world, email, 2);
    const verification = await askForVerification(suite, world, email);
    const foreign = await askForReset(suite, other, other.user.email);
    for (const token of [first, verification, foreign, 'ver_tok_short'])
      expect((await reset(token)).body.error.code).toBe('INVALID_TOKEN');
    expect((await reset(second)).status).toBe(200);
    expect((await reset(second)).body.error.code).toBe('INVALID_TOKEN');
    const third = await askForReset(suite, world, email, 3);
    await expire(suite, id);
    expect((await reset(third)).body.error.code).toBe('INVALID_TOKEN');
    const rows = await eventsOf(suite, world, 'user.password-reset-failed', ({ length }) => length >= 6);
    expect(rows.length).toBeGreaterThanOrEqual(6);
    expect(rows[0]).toMatchObject({ outcome: 'denied', metadata: { reason: 'link-invalid' } });
  });

  it.each([
    ['another address', { email: 'moved' }],
    ['another password', { password: 'set by an admin instead' }],
    ['been deactivated', null],
  ])('the user has got %s since the link was sent', async (_, change) => {
    const { email, id } = await madeUser(suite, world);
    const token = await askForReset(suite, world, email);
    const input = { auth: world.owner.pat, params: { app: world.app.id, user_id: id } };
    if (change === null) await suite.call('deactivateUser', input);
    else {
      const body = 'email' in change ? { email: `moved-${email}` } : change;
      expect((await suite.call('updateUser', { ...input, body })).status).toBe(200);
    }
    expect((await reset(token)).body.error.code).toBe('INVALID_TOKEN');
  });
});

describe('409', () => {
  it('while the copy and the record disagree; the link then works still', async () => {
    const own = await createWorld(suite);
    await putUser(suite, own, 50, {});
    const params = { app: own.app.id };
    const token = await askForReset(suite, own, own.user.email);
    expect((await reset(token, next, { params })).status).toBe(409);
    const { rows } = await suite
      .database('tokens', 'owner')
      .query('SELECT consumed_at FROM user_mail_token WHERE user_id = $1', [own.user.id]);
    expect(rows).toEqual([{ consumed_at: null }]);
  });
});
