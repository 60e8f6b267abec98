import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, expectStatus, type Suite, type World } from '@pcft/testing';
import { reasonFor, signIn, signUp, userPassword, type SignedUp } from '../http/end-users.ts';
import { askForReset } from '../http/mailed.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const next = 'quite another pass phrase';
const params = () => ({ app: world.app.id });
const asAdmin = (operationId: string, { id }: SignedUp, body?: object) =>
  suite.call(operationId, {
    auth: world.owner.pat,
    params: { ...params(), user_id: id },
    ...(body && { body }),
  });
const signInStatus = async (email: string, password: string) =>
  (await suite.call('signInUser', { params: params(), body: { email, password } })).status;

interface Change {
  /** Asks for it; the copy of tokens cannot take it meanwhile. */
  readonly ask: (user: SignedUp, link: string) => ReturnType<Suite['call']>;
  /** What authorize says of sessions of the old password once it is in force. */
  readonly reason: string;
  readonly newPassword: string | null;
}

const changes: [string, Change][] = [
  [
    'changed by its user',
    {
      ask: ({ access }) =>
        suite.call('changeUserPassword', {
          auth: access,
          params: params(),
          body: { current_password: userPassword, new_password: next },
        }),
      reason: 'session_ended',
      newPassword: next,
    },
  ],
  [
    'reset by mail',
    {
      ask: (_, token) =>
        suite.call('resetUserPassword', { params: params(), body: { token, new_password: next } }),
      reason: 'session_ended',
      newPassword: next,
    },
  ],
  [
    'set by an administrator',
    {
      ask: (user) => asAdmin('updateUser', user, { password: next }),
      reason: 'session_ended',
      newPassword: next,
    },
  ],
  [
    'of a user who is deactivated',
    { ask: (user) => asAdmin('deactivateUser', user), reason: 'user_inactive', newPassword: null },
  ],
];

describe.each(changes)('503: a password %s that tokens cannot take yet', (_, change) => {
  it('ends every session of the old one when it follows, of those that were begun meanwhile too', async () => {
    const user = await signUp(suite, world);
    const before = await signIn(suite, world, user.email);
    const link = await askForReset(suite, world, user.email);
    const client = await suite.database('tokens', 'owner').connect();
    let meanwhile: Awaited<ReturnType<typeof signIn>>;
    try {
      await client.query('BEGIN');
      // Signing in goes on, and nobody can write the user's row.
      await client.query('SELECT FROM directory_user WHERE id = $1 FOR SHARE', [user.id]);
      expect((await change.ask(user, link)).status).toBe(503);
      meanwhile = await signIn(suite, world, user.email);
      expect(await reasonFor(suite, world, meanwhile.access)).toBe('missing_permission');
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
    const deadline = performance.now() + 10_000;
    while ((await signInStatus(user.email, userPassword)) !== 401) {
      if (performance.now() > deadline) throw new Error('the change did not follow');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    for (const { access, refresh } of [before, meanwhile]) {
      expect(await reasonFor(suite, world, access)).toBe(change.reason);
      const refreshing = { params: params(), body: { refresh_token: refresh } };
      expect((await suite.call('refreshUserSession', refreshing)).status).toBe(401);
    }
    if (change.newPassword !== null) expect(await signInStatus(user.email, change.newPassword)).toBe(200);
    // Who has changed the password goes on; who has reset it signs in anew.
    const asking = { auth: user.access, params: params() };
    const goesOn = (await suite.call('getEndUser', asking)).status === 200;
    expect(goesOn).toBe(change === changes[0]?.[1]);
  }, 30_000);
});

describe('with heimdall-admin stopped', () => {
  it('no password is changed and no session ends', async () => {
    const user = await signUp(suite, world);
    const other = await signIn(suite, world, user.email);
    await suite.control.stop('heimdall-admin');
    try {
      const body = { current_password: userPassword, new_password: next };
      const asking = { auth: user.access, params: params() };
      expect((await suite.call('changeUserPassword', { ...asking, body })).status).toBe(503);
      expect(await reasonFor(suite, world, other.access)).toBe('missing_permission');
    } finally {
      await suite.control.start('heimdall-admin');
    }
    await expectStatus(
      suite.call('signInUser', { params: params(), body: { email: user.email, password: userPassword } }),
      200,
    );
  }, 30_000);
});
