import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, expectStatus, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const inApp = () => ({ auth: world.owner.pat, params: { app: world.app.id } });
const newUser = async (more: object = {}) => {
  const body = { email: `${uniqueName('jane')}@acme.co`, password: 'correct horse battery', ...more };
  const created = await expectStatus(suite.call('createUser', { ...inApp(), body }), 201);
  return { ...body, id: created.body.id as string };
};
const params = (id: string) => ({ app: world.app.name, user_id: id });
const update = (id: string, body: object) =>
  suite.call('updateUser', { auth: world.owner.pat, params: params(id), body });
const get = (id: string) => suite.call('getUser', { auth: world.owner.pat, params: params(id) });
const deactivate = (id: string) =>
  suite.call('deactivateUser', { auth: world.owner.pat, params: params(id) });
const signIn = (email: string, password: string) =>
  suite.call('issueToken', {
    params: { app: world.app.id },
    body: { grant_type: 'password', email, password },
  });
const authorize = (token: string) =>
  suite.call('authorize', { auth: world.owner.pat, body: { token, permission: 'projects:read' } });

describe('400 for a password', () => {
  it('against the rules of the app; nothing else of the call is done', async () => {
    const user = await newUser({ display_name: 'Jane Chen' });
    for (const password of ['short', 'password123', 'Jane Chen 1', user.email]) {
      const answer = await update(user.id, { password, metadata: { level: 9 } });
      expect([answer.status, answer.body.error.details[0].field]).toEqual([400, 'password']);
    }
    // By what the same call makes of the user.
    const renamed = await update(user.id, { password: 'Marguerite 1', display_name: 'Marguerite' });
    expect(renamed.status).toBe(400);
    expect((await get(user.id)).body).toMatchObject({ display_name: 'Jane Chen', metadata: {} });
    expect((await signIn(user.email, user.password)).status).toBe(200);
  });
});

describe('200', () => {
  it('updates the fields of seed 001 and merges metadata', async () => {
    const user = await newUser({ metadata: { department: 'engineering', level: 3 } });
    const { body } = await update(user.id, {
      display_name: 'Jane Chen',
      metadata: { level: null, team: 'core' },
    });
    expect(body).toMatchObject({
      id: user.id,
      email: user.email,
      display_name: 'Jane Chen',
      metadata: { department: 'engineering', team: 'core' },
    });
    expect(body.metadata).not.toHaveProperty('level');
    expect((await get(user.id)).body).toEqual(body);
  });

  it('another address signs in and the old one does not, when the call returns', async () => {
    const user = await newUser();
    await update(user.id, { email_verified: true });
    const email = `${uniqueName('moved')}@acme.co`;
    expect((await update(user.id, { email })).body).toMatchObject({ email, email_verified: false });
    expect((await signIn(user.email, user.password)).status).toBe(401);
    expect((await signIn(email.toUpperCase(), user.password)).status).toBe(200);
  });

  it('the same address in other letters stays verified', async () => {
    const user = await newUser();
    await update(user.id, { email_verified: true });
    const email = user.email.toUpperCase();
    expect((await update(user.id, { email })).body).toMatchObject({ email, email_verified: true });
    expect((await update(user.id, { email_verified: false, email: user.email })).body).toMatchObject({
      email: user.email,
      email_verified: false,
    });
  });

  it('a password by an admin signs in, and the old one does not', async () => {
    const user = await newUser();
    expect((await update(user.id, { password: 'another horse battery' })).status).toBe(200);
    expect((await signIn(user.email, user.password)).status).toBe(401);
    expect((await signIn(user.email, 'another horse battery')).status).toBe(200);
  });
});

describe('deactivating', () => {
  it('is in force when the call returns, and reactivating needs a new sign-in', async () => {
    const user = await newUser({ role: world.role.name });
    const { body: issued } = await signIn(user.email, user.password);
    const token = issued.access_token as string;
    expect((await authorize(token)).body.allowed).toBe(true);
    const gone = await deactivate(user.id);
    expect([gone.status, gone.body.status]).toEqual([200, 'deactivated']);
    expect((await authorize(token)).body).toMatchObject({ allowed: false, reason: 'user_inactive' });
    expect((await signIn(user.email, user.password)).status).toBe(401);
    expect((await deactivate(user.id)).body).toEqual(gone.body);
    const back = await update(user.id, { status: 'active' });
    expect([back.body.status, back.body.roles]).toEqual(['active', [world.role.name]]);
    expect((await signIn(user.email, user.password)).status).toBe(200);
    const { rows } = await suite
      .database('tokens')
      .query('SELECT session_epoch, sessions_ended_at FROM directory_user WHERE id = $1', [user.id]);
    expect(rows).toEqual([{ session_epoch: 2, sessions_ended_at: expect.any(Date) }]);
  });
});

describe('409', () => {
  it('when the address is taken, also in other letters', async () => {
    const [one, two] = [await newUser(), await newUser()];
    const answer = await update(two.id, { email: one.email.toUpperCase() });
    expect([answer.status, answer.body.error.details]).toEqual([409, [{ field: 'email', reason: 'taken' }]]);
    expect((await get(two.id)).body.email).toBe(two.email);
  });
});

describe('404', () => {
  it('for a user of another app of the same workspace', async () => {
    const other = await createWorld(suite);
    for (const operationId of ['getUser', 'updateUser', 'deactivateUser']) {
      const body = operationId === 'updateUser' ? { password: 'a password that is long' } : undefined;
      const answer = await suite.call(operationId, {
        auth: world.owner.pat,
        params: params(other.user.id),
        ...(body && { body }),
      });
      expect([operationId, answer.status]).toEqual([operationId, 404]);
    }
  });
});

describe('400', () => {
  it.each([{}, { status: 'deactivated' }, { roles: ['admin'] }, { metadata: { text: 'x'.repeat(20_000) } }])(
    'with %j',
    async (body) => {
      expect((await update(world.user.id, body)).status).toBe(400);
    },
  );
});

describe('the list', () => {
  it('is filtered by status, role and the beginning of the address, in which % and _ mean themselves', async () => {
    const tag = uniqueName('filter');
    const one = await newUser({ email: `${tag}_a@acme.co`, role: world.role.name });
    const two = await newUser({ email: `${tag}%b@acme.co` });
    await deactivate(two.id);
    const list = async (query: Record<string, string>) => {
      const { body } = await suite.call('listUsers', { ...inApp(), query: { email_prefix: tag, ...query } });
      return [body.pagination.total, body.data.map(({ id }: { id: string }) => id)];
    };
    expect(await list({})).toEqual([2, [one.id, two.id]]);
    expect(await list({ email_prefix: `${tag.toUpperCase()}_` })).toEqual([1, [one.id]]);
    expect(await list({ email_prefix: `${tag}%` })).toEqual([1, [two.id]]);
    expect(await list({ status: 'deactivated' })).toEqual([1, [two.id]]);
    expect(await list({ role: world.role.name })).toEqual([1, [one.id]]);
    expect(await list({ role: 'nobody-has-it' })).toEqual([0, []]);
  });
});
