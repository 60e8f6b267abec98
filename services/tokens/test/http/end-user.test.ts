import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';
import { putUser } from './machines.ts';
import { eventOf, reasonFor, signIn, signUp, userPassword } from './end-users.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const params = () => ({ app: world.app.id });
const change = (auth: string, current_password: string, new_password: string) =>
  suite.call('changeUserPassword', { auth, params: params(), body: { current_password, new_password } });
const next = 'quite another pass phrase';

describe('getEndUser', () => {
  it('200 with the roles of this moment, and nothing that is the app’s own', async () => {
    const { body } = await suite.call('getEndUser', { auth: world.accessToken, params: params() });
    expect(body).toMatchObject({ id: world.user.id, email: world.user.email, roles: [world.role.name] });
    expect(body).not.toHaveProperty('metadata');
  });
});

describe('updateEndUser', () => {
  it('200 changes the name, in the record too, as the user', async () => {
    const { access, id } = await signUp(suite, world);
    const body = { display_name: 'Eve the second' };
    const changed = await suite.call('updateEndUser', { auth: access, params: params(), body });
    expect([changed.status, changed.body.display_name]).toEqual([200, 'Eve the second']);
    const of = { app: world.app.id, user_id: id };
    const { body: seen } = await suite.call('getUser', { auth: world.owner.pat, params: of });
    expect(seen.display_name).toBe('Eve the second');
    const row = await eventOf(suite, world, 'user.updated', id);
    expect(row).toMatchObject({ actor_id: id, target_id: id });
  });
});

describe('changeUserPassword', () => {
  it('200 when every other session has ended; this one goes on, and only the new password is good', async () => {
    const { access, refresh, email, id } = await signUp(suite, world);
    const other = await signIn(suite, world, email);
    const { status, body } = await change(access, userPassword, next);
    expect([status, body]).toEqual([200, { sessions_ended: 1 }]);
    expect(await reasonFor(suite, world, other.access)).toBe('session_ended');
    expect(await reasonFor(suite, world, access)).toBe('missing_permission');
    const refreshing = { params: params(), body: { refresh_token: refresh } };
    expect((await suite.call('refreshUserSession', refreshing)).status).toBe(200);
    const signInWith = (password: string) =>
      suite.call('signInUser', { params: params(), body: { email, password } });
    expect((await signInWith(userPassword)).status).toBe(401);
    expect((await signInWith(next)).status).toBe(200);
    for (const action of ['user.password-change-requested', 'user.password-changed'])
      expect(await eventOf(suite, world, action, id)).toMatchObject({ actor_id: id, target_id: id });
  });

  it.each([
    ['is the current one', userPassword],
    ['everybody would guess', 'password1'],
  ])('400 for a new password that %s', async (_, password) => {
    const { access } = await signUp(suite, world);
    const { status, body } = await change(access, userPassword, password);
    expect([status, body.error.details[0].field]).toEqual([400, 'new_password']);
  });

  it('403 for a wrong current password, with a row', async () => {
    const { access, id } = await signUp(suite, world);
    expect((await change(access, 'not the password', next)).status).toBe(403);
    const row = await eventOf(suite, world, 'user.password-change-failed', id);
    expect(row).toMatchObject({ actor_id: id });
  });

  it('409 for a record that has changed since; no session has ended', async () => {
    const own = await createWorld(suite);
    await putUser(suite, own, 50, {});
    const other = await signIn(suite, own, own.user.email, own.user.password);
    const { status } = await suite.call('changeUserPassword', {
      auth: own.accessToken,
      params: { app: own.app.id },
      body: { current_password: own.user.password, new_password: next },
    });
    expect(status).toBe(409);
    expect(await reasonFor(suite, own, other.access)).toBe('allowed');
  });
});
