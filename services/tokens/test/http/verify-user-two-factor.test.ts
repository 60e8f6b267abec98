import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createToken } from '@pcft/credentials';
import { connectSuite, createWorld, uniqueName, type Suite, type World } from '@pcft/testing';
import { eventOf, eventsOf, reasonFor, userPassword } from './end-users.ts';
import { challengeOf, codeOf, guardedUser, verify, type Guarded } from './second-factors.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const signIn = ({ email }: Guarded, password = userPassword) =>
  suite.call('signInUser', { params: { app: world.app.id }, body: { email, password } });
const challenge = (user: Guarded) => challengeOf(suite, world, user);
const finish = (token: string, code: string) => verify(suite, world, token, code);

describe('200', () => {
  it('a challenge and no tokens, then the tokens for a code', async () => {
    const user = await guardedUser(suite, world);
    const first = await signIn(user);
    expect([first.status, first.body]).toEqual([
      200,
      {
        two_factor_required: true,
        challenge_token: expect.stringMatching(/^pcft_2fa_[0-9A-Za-z]{36}$/),
        methods: ['totp', 'recovery-code'],
        expires_at: expect.any(String),
      },
    ]);
    const { status, body, headers } = await finish(first.body.challenge_token, codeOf(user));
    expect([status, body.user.id, headers['cache-control']]).toEqual([200, user.id, 'no-store']);
    expect(await reasonFor(suite, world, body.access_token)).not.toBe('session_ended');
    const rows = await eventsOf(suite, world, 'user.signed-in', (all) =>
      all.some(({ actor_id }) => actor_id === user.id),
    );
    expect(rows.find(({ actor_id }) => actor_id === user.id)).toMatchObject({ metadata: { method: 'totp' } });
    expect(await eventOf(suite, world, 'user.second-factor-required', user.id)).toBeDefined();
  });

  it('a recovery code as people write it, once', async () => {
    const user = await guardedUser(suite, world);
    const [one = ''] = user.recoveryCodes;
    expect((await finish(await challenge(user), one.toLowerCase().replace('-', ' '))).status).toBe(200);
    expect((await finish(await challenge(user), one)).status).toBe(401);
    const left = await suite.call('getUserTwoFactor', { auth: user.access, params: { app: world.app.id } });
    expect(left.body.recovery_codes_left).toBe(9);
  });

  it('one session for one challenge and code, however many try at once', async () => {
    const user = await guardedUser(suite, world);
    const [token, code] = [await challenge(user), codeOf(user)];
    const answers = await Promise.all(Array.from({ length: 50 }, () => finish(token, code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status } of answers) expect([200, 401, 429, 503]).toContain(status);
  });
});

describe('401', () => {
  it('for a code that was used, and for one of a step before it; the challenge stays', async () => {
    const user = await guardedUser(suite, world);
    const code = codeOf(user);
    expect((await finish(await challenge(user), code)).status).toBe(200);
    const again = await challenge(user);
    const replayed = await finish(again, code);
    expect([replayed.status, replayed.body.error.code]).toEqual([401, 'INVALID_CREDENTIALS']);
    expect((await finish(again, codeOf(user, -1))).status).toBe(401);
    expect((await finish(again, codeOf(user, 1))).status).toBe(200);
  });

  it('for a challenge that was never issued, was used, is over, or is of another app', async () => {
    const user = await guardedUser(suite, world);
    for (const token of ['x', createToken('sign-in-challenge'), createToken('refresh-token')])
      expect((await finish(token, codeOf(user))).body.error.code).toBe('UNAUTHORIZED');
    const other = await createWorld(suite);
    const used = await challenge(user);
    expect((await verify(suite, other, used, codeOf(user))).status).toBe(401);
    expect((await finish(used, codeOf(user))).status).toBe(200);
    expect((await finish(used, codeOf(user, 1))).status).toBe(401);
    const over = await challenge(user);
    await suite
      .database('tokens', 'owner')
      .query('UPDATE user_sign_in_challenge SET expires_at = now() WHERE user_id = $1', [user.id]);
    expect((await finish(over, codeOf(user, 1))).status).toBe(401);
  });

  it('for a user who was deactivated, or given another password, meanwhile', async () => {
    const params = (user: Guarded) => ({ app: world.app.id, user_id: user.id });
    const changes: ((user: Guarded) => Promise<unknown>)[] = [
      (user) => suite.call('deactivateUser', { auth: world.owner.pat, params: params(user) }),
      (user) =>
        suite.call('updateUser', {
          auth: world.owner.pat,
          params: params(user),
          body: { password: 'another long password of a user' },
        }),
    ];
    for (const change of changes) {
      const user = await guardedUser(suite, world);
      const token = await challenge(user);
      await change(user);
      expect((await finish(token, codeOf(user))).status).toBe(401);
    }
  });

  it('tells who does not know the password nothing of it', async () => {
    const answer = await signIn(await guardedUser(suite, world), 'a wrong password');
    expect([answer.status, answer.body.error.code]).toEqual([401, 'INVALID_CREDENTIALS']);
  });
});

describe('429', () => {
  it('when codes are guessed, over challenges and at once', async () => {
    const user = await guardedUser(suite, world);
    const tokens = [await challenge(user), await challenge(user)];
    const guesses = Array.from({ length: 30 }, (_, i) => finish(tokens[i % 2] ?? '', String(100_000 + i)));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10);
    expect((await finish(tokens[0] ?? '', codeOf(user))).status).toBe(429);
  });
});

describe('the password grant', () => {
  const grant = ({ email }: Guarded, more: object = {}) =>
    suite.call('issueToken', {
      params: { app: world.app.id },
      body: { grant_type: 'password', email, password: userPassword, ...more },
    });

  it('is no way around: 403 without a code, tokens with one, once', async () => {
    const user = await guardedUser(suite, world);
    const bare = await grant(user);
    expect([bare.status, bare.body.error.code]).toEqual([403, 'SECOND_FACTOR_REQUIRED']);
    const otp = codeOf(user);
    expect((await grant(user, { otp })).status).toBe(200);
    const replayed = await grant(user, { otp });
    expect([replayed.status, replayed.body.error.code]).toEqual([401, 'INVALID_CREDENTIALS']);
    expect((await grant(user, { otp: user.recoveryCodes[1] })).status).toBe(200);
  });

  it('says mfa_required to a form, and takes the code there', async () => {
    const user = await guardedUser(suite, world);
    const form = (more: Record<string, string> = {}) =>
      suite.call('issueToken', {
        params: { app: world.app.id },
        body: new URLSearchParams({
          ...{ grant_type: 'password', username: user.email, password: userPassword },
          ...more,
        }),
      });
    const bare = await form();
    expect([bare.status, bare.body.error]).toEqual([400, 'mfa_required']);
    expect((await form({ otp: codeOf(user) })).status).toBe(200);
  });

  it('tells of a tenant only after the code, and leaves the code good', async () => {
    const user = await guardedUser(suite, world);
    const { body } = await suite.call('createTenant', {
      auth: world.owner.pat,
      params: { app: world.app.id },
      body: { name: uniqueName('tenant') },
    });
    const tenant_id = body.id as string;
    expect((await grant(user, { tenant_id })).body.error.code).toBe('SECOND_FACTOR_REQUIRED');
    expect((await grant(user, { tenant_id, otp: '000000' })).status).toBe(401);
    const otp = codeOf(user);
    expect((await grant(user, { tenant_id, otp })).body.error.code).toBe('TENANT_ACCESS_DENIED');
    expect((await grant(user, { otp })).status).toBe(200);
  });

  it('400 for a code with another grant', async () => {
    const answer = await suite.call('issueToken', {
      params: { app: world.app.id },
      body: { grant_type: 'refresh_token', refresh_token: world.refreshToken, otp: '123456' },
    });
    expect([answer.status, answer.body.error.details[0].field]).toEqual([400, 'otp']);
  });
});
