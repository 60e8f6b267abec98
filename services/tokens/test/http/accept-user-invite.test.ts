import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createToken } from '@pcft/credentials';
import { connectSuite, createWorld, expectStatus, uniqueName, type Suite, type World } from '@pcft/testing';
import { eventOf, reasonFor, settings, signUp, userPassword } from './end-users.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

interface Made {
  readonly id: string;
  readonly token: string;
  readonly email: string;
}

const address = () => `${uniqueName('bob')}@contractor.io`;
const password = 'a long password of a guest';
const invite = async (more: object = {}, of = world): Promise<Made> => {
  const body = { email: address(), role: of.role.name, ...more };
  const made = suite.call('createInvite', { auth: of.owner.pat, params: { app: of.app.id }, body });
  return (await expectStatus(made, 201)).body as Made;
};
const accept = (body: object, more: object = {}) =>
  suite.call('acceptUserInvite', { params: { app: world.app.id }, body, ...more });

describe('200', () => {
  it('a new user with the role, signed in, and the rows of it', async () => {
    const { id, token, email } = await invite();
    const { status, body } = await accept({ token, password, display_name: 'Bob' });
    expect([status, body.user]).toMatchObject([
      200,
      {
        email,
        email_verified: true,
        display_name: 'Bob',
        roles: [world.role.name],
        permissions: ['projects:read'],
      },
    ]);
    expect(await reasonFor(suite, world, body.access_token as string)).toBe('allowed');
    const userId = body.user.id as string;
    expect(await eventOf(suite, world, 'invite.acceptance-requested', userId)).toMatchObject({
      actor_id: userId,
      metadata: { invite_id: id },
    });
    expect(await eventOf(suite, world, 'invite.accepted', userId)).toMatchObject({
      actor_id: userId,
      app_id: world.app.id,
      metadata: { invite_id: id, role: world.role.name },
    });
    expect((await accept({ token, password })).status).toBe(410);
  });

  it('whoever is signed in needs no password, and gets no other session', async () => {
    const user = await signUp(suite, world);
    const { token } = await invite({ email: user.email });
    expect(await reasonFor(suite, world, user.access)).toBe('missing_permission');
    const { status, body } = await accept({ token }, { auth: user.access });
    expect([status, Object.keys(body), body.user.roles]).toEqual([200, ['user'], [world.role.name]]);
    expect(await reasonFor(suite, world, user.access)).toBe('allowed');
  });

  it('a user of the app by the password there is, and no tokens for it', async () => {
    const user = await signUp(suite, world);
    const { token } = await invite({ email: user.email });
    const { status, body } = await accept({ token, password: userPassword });
    expect([status, Object.keys(body), body.user.id]).toEqual([200, ['user'], user.id]);
  });

  it('a member of a tenant', async () => {
    const user = await signUp(suite, world);
    const { token } = await invite({ email: user.email, tenant_id: world.tenant.id });
    await expectStatus(accept({ token }, { auth: user.access }), 200);
    const list = await suite.call('listUserTenants', { auth: user.access, params: { app: world.app.id } });
    expect(list.body.data).toEqual([
      expect.objectContaining({ id: world.tenant.id, roles: [world.role.name] }),
    ]);
  });

  it('having all of it already changes nothing and counts no use', async () => {
    const user = await signUp(suite, world);
    const first = await invite({ email: user.email });
    await expectStatus(accept({ token: first.token }, { auth: user.access }), 200);
    const again = await invite({ email: user.email });
    for (let times = 0; times < 2; times++)
      await expectStatus(accept({ token: again.token }, { auth: user.access }), 200);
  });

  it('several uses: under an address of the own, which is not verified', async () => {
    const strict = await createWorld(suite);
    const { token } = await invite({ max_uses: 2 }, strict);
    const params = { app: strict.app.id };
    const open = await expectStatus(accept({ token, password, email: address() }, { params }), 200);
    expect([open.body.user.email_verified, typeof open.body.access_token]).toEqual([false, 'string']);
    await settings(suite, strict, { require_verified_email: true });
    const closed = await expectStatus(accept({ token, password, email: address() }, { params }), 200);
    expect(Object.keys(closed.body)).toEqual(['user']);
  });

  it('one of 20 tries at once', async () => {
    const { token } = await invite();
    const answers = await Promise.all(Array.from({ length: 20 }, () => accept({ token, password })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status } of answers) expect([200, 401, 409, 410, 429, 503]).toContain(status);
  });
});

describe('400', () => {
  it.each([
    ['password', {}],
    ['password', { password: 'short' }],
    ['password', { password: 'password123' }],
  ])('names %s for %j, and the invite stays good', async (field, more) => {
    const { token } = await invite();
    const answer = await accept({ token, ...more });
    expect([answer.status, answer.body.error.details[0].field]).toEqual([400, field]);
    expect((await accept({ token, password })).status).toBe(200);
  });

  it.each(['short', 'password123'])('says the same of %j whether the address has a user', async (bad) => {
    const user = await signUp(suite, world);
    const { token } = await invite({ max_uses: 3 });
    const answers = [];
    for (const email of [user.email, address()]) {
      const { status, body } = await accept({ token, email, password: bad });
      answers.push([status, body.error.code, body.error.details]);
    }
    expect(answers[0]?.[0]).toBe(400);
    expect(answers[1]).toEqual(answers[0]);
  });

  it('names email where an invite is for anybody', async () => {
    const { token } = await invite({ max_uses: 2 });
    const answer = await accept({ token, password });
    expect(answer.body.error.details).toEqual([{ field: 'email', reason: 'required' }]);
  });
});

describe('401', () => {
  it('for the wrong password of a user, with a row, and for one who is deactivated', async () => {
    const user = await signUp(suite, world);
    const { token } = await invite({ email: user.email });
    const wrong = await accept({ token, password: 'a wrong password' });
    expect([wrong.status, wrong.body.error.code]).toEqual([401, 'INVALID_CREDENTIALS']);
    const params = { app: world.app.id, user_id: user.id };
    await suite.call('deactivateUser', { auth: world.owner.pat, params });
    expect((await accept({ token, password: userPassword })).status).toBe(401);
  });

  it('for a bad access token: whoever sends one relies on it', async () => {
    const { token } = await invite();
    const auth = `${world.accessToken.slice(0, -4)}AAAA`;
    expect((await accept({ token, password }, { auth })).status).toBe(401);
  });
});

describe('403', () => {
  it('for an invite to another address', async () => {
    const { token } = await invite();
    const user = await signUp(suite, world);
    for (const answer of [
      await accept({ token, password, email: address() }),
      await accept({ token }, { auth: user.access }),
    ])
      expect([answer.status, answer.body.error.code]).toEqual([403, 'INVITE_FOR_ANOTHER_ADDRESS']);
  });
});

describe('404', () => {
  it('alike for a token that was never issued and one of another app', async () => {
    const other = await createWorld(suite);
    for (const token of [createToken('invite-token'), 'x', other.appInvite.token])
      expect((await accept({ token, password })).status).toBe(404);
    const ours = await invite();
    const { accessToken: auth } = other;
    expect((await accept({ token: ours.token }, { auth })).status).toBe(404);
  });
});

describe('409', () => {
  it('where the address is taken in the record while the copy does not know it yet', async () => {
    const { id, email } = await signUp(suite, world);
    const { token } = await invite({ email });
    await suite
      .database('tokens', 'owner')
      .query(`UPDATE directory_user SET email_key = 'hidden' WHERE id = $1`, [id]);
    expect((await accept({ token, password })).status).toBe(409);
  });
});

describe('410', () => {
  it('when revoked or expired, with a row of the refusal', async () => {
    const revoked = await invite();
    const params = { app: world.app.id, invite_id: revoked.id };
    await suite.call('revokeInvite', { auth: world.owner.pat, params });
    const expired = await invite();
    await suite
      .database('heimdall_admin', 'owner')
      .query('UPDATE invite SET expires_at = now() WHERE id = $1', [expired.id]);
    const user = await signUp(suite, world);
    for (const { token } of [revoked, expired]) {
      const answer = await accept({ token, password });
      expect([answer.status, answer.body.error.code]).toEqual([410, 'INVITE_CLOSED']);
      expect((await accept({ token }, { auth: user.access })).status).toBe(410);
    }
    expect(await eventOf(suite, world, 'invite.refused', user.id)).toMatchObject({ actor_id: user.id });
  });
});

describe('429', () => {
  it('for guesses at the password of a user, which are guesses at the sign-in, too', async () => {
    const user = await signUp(suite, world);
    const { token } = await invite({ email: user.email });
    for (let i = 0; i < 10; i++)
      expect((await accept({ token, password: `wrong password ${String(i)}` })).status).toBe(401);
    expect((await accept({ token, password: userPassword })).status).toBe(429);
    const body = { email: user.email, password: userPassword };
    expect((await suite.call('signInUser', { params: { app: world.app.id }, body })).status).toBe(429);
  });

  it('for an address that nobody has, alike', async () => {
    const email = address();
    const { token } = await invite({ max_uses: 3 });
    const guess = (_: unknown, n: number) =>
      suite.call('signInUser', {
        params: { app: world.app.id },
        body: { email, password: `wrong password ${String(n)}` },
      });
    await Promise.all(Array.from({ length: 10 }, guess));
    const answer = await accept({ token, email, password });
    expect([answer.status, Number(answer.headers['retry-after'])]).toEqual([429, expect.any(Number)]);
  });
});
