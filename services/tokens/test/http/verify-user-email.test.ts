import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';
import { eventOf, eventsOf, settings, signIn, signUp, userPassword } from './end-users.ts';
import { putUser } from './machines.ts';
import { askForReset, askForVerification, expire, forUsers, madeUser, mailedTo } from './mailed.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const verify = (token: string, more: object = {}) =>
  suite.call('verifyUserEmail', { params: { app: world.app.id }, body: { token }, ...more });

describe('200', () => {
  it('and an app that wants addresses verified lets the user in', async () => {
    const strict = await createWorld(suite);
    await settings(suite, strict, { require_verified_email: true });
    const email = strict.user.email.replace('@', '-new@');
    const params = { app: strict.app.name };
    const credentials = { email, password: userPassword };
    const made = await suite.call('signUpUser', { params, body: credentials });
    expect([made.status, Object.keys(made.body)]).toEqual([201, ['user']]);
    expect((await suite.call('signInUser', { params, body: credentials })).status).toBe(403);
    const token = await mailedTo(suite, email, forUsers.verify);
    const { status, body } = await verify(token, { params, on: 'gateway', alias: true });
    expect([status, body]).toEqual([200, { email, email_verified: true }]);
    await signIn(suite, strict, email);
    for (const action of ['user.email-verification-requested', 'user.email-verified'])
      expect(await eventOf(suite, strict, action, made.body.user.id)).toMatchObject({
        actor_id: made.body.user.id,
        ip_address: expect.any(String),
      });
  });

  it('once for each of fifty who try at the same moment', async () => {
    const { email } = await signUp(suite, world);
    const token = await mailedTo(suite, email, forUsers.verify);
    const answers = await Promise.all(Array.from({ length: 50 }, () => verify(token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(49);
  }, 60_000);
});

describe('400 when', () => {
  it('the token was used, replaced, expired, is for something else or of another app, with a row', async () => {
    const { email, id } = await madeUser(suite, world);
    const other = await createWorld(suite);
    const first = await askForVerification(suite, world, email);
    const second = await askForVerification(suite, world, email, 2);
    const reset = await askForReset(suite, world, email);
    const foreign = await askForVerification(suite, other, other.user.email);
    for (const token of [first, reset, foreign, 'ver_tok_short'])
      expect((await verify(token)).body.error.code).toBe('INVALID_TOKEN');
    await expire(suite, id);
    expect((await verify(second)).body.error.code).toBe('INVALID_TOKEN');
    const rows = await eventsOf(suite, world, 'user.email-verification-failed', ({ length }) => length >= 5);
    expect(rows.length).toBeGreaterThanOrEqual(5);
  });

  it('the address was changed after the link was sent', async () => {
    const { email, id } = await madeUser(suite, world);
    const token = await askForVerification(suite, world, email);
    await suite.call('updateUser', {
      auth: world.owner.pat,
      params: { app: world.app.id, user_id: id },
      body: { email: `moved-${email}` },
    });
    expect((await verify(token)).body.error.code).toBe('INVALID_TOKEN');
  });
});

describe('409', () => {
  it('while the copy and the record disagree', async () => {
    const own = await createWorld(suite);
    await putUser(suite, own, 50, {});
    const token = await askForVerification(suite, own, own.user.email);
    expect((await verify(token, { params: { app: own.app.id } })).status).toBe(409);
  });
});
