import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const importUsers = (users: object[]) =>
  suite.call('importUsers', { auth: world.owner.pat, params: { app: world.app.id }, body: { users } });
const signIn = async (email: string, password: string) => {
  const body = { grant_type: 'password', email, password };
  return (await suite.call('issueToken', { params: { app: world.app.id }, body })).status;
};

// Test vectors of libxcrypt, crypt_blowfish and the reference argon2.
const bcrypt = '$2y$05$abcdefghijklmnopqrstuuWG29KuyeAicPCJODk1zjyGvyQUU2awu';
const bcryptOld = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
const argon2id = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';

describe('200', () => {
  it.each([
    ['bcrypt $2y$', bcrypt, 'password'],
    ['bcrypt $2a$', bcryptOld, 'U*U'],
    ['argon2id', argon2id, 'password'],
  ])('users with a hash of %s sign in with the password they had', async (_, hash, password) => {
    const email = `${uniqueName('import')}@acme.co`;
    const { body } = await importUsers([{ email, password_hash: hash, email_verified: true }]);
    expect(body).toMatchObject({ created: 1, existing: 0, invalid: 0 });
    expect(await signIn(email, `${password}x`)).toBe(401);
    expect(await signIn(email, password)).toBe(200);
    // Nobody waits for it: the hash becomes the suite's own, and the password stays.
    const stored = async () => {
      const { rows } = await suite
        .database('tokens')
        .query('SELECT password_hash FROM directory_user WHERE id = $1', [body.results[0].id]);
      return (rows[0] as { password_hash: string }).password_hash;
    };
    const deadline = Date.now() + 10_000;
    while ((await stored()) === hash && Date.now() < deadline) await sleep(50);
    expect(await stored()).toMatch(/^v1\$2b\$/);
    expect(await signIn(email, password)).toBe(200);
    expect(await signIn(email, `${password}x`)).toBe(401);
  });

  it('has a result for every row, and one that cannot be taken does not hold up the others', async () => {
    const email = `${uniqueName('row')}@acme.co`;
    const { body, text } = await importUsers([
      { email, display_name: 'Jane', roles: [world.role.name], metadata: { old_id: 7 } },
      { email: email.toUpperCase() },
      { email: world.user.email },
      { email: `a-${email}`, password_hash: 'in clear' },
      { email: `b-${email}`, password_hash: argon2id.replace('m=65536', 'm=9999999') },
      { email: `c-${email}`, roles: ['no-such-role'] },
      { email: `d-${email}` },
    ]);
    const error = (field: string) => ({
      status: 'invalid',
      id: null,
      error: { field, reason: expect.any(String) },
    });
    expect(body).toEqual({
      created: 2,
      existing: 2,
      invalid: 3,
      results: [
        { index: 0, status: 'created', id: expect.stringMatching(/^usr_/), error: null },
        { index: 1, status: 'exists', id: null, error: null },
        { index: 2, status: 'exists', id: null, error: null },
        { index: 3, ...error('password_hash') },
        { index: 4, ...error('password_hash') },
        { index: 5, ...error('roles') },
        { index: 6, status: 'created', id: expect.stringMatching(/^usr_/), error: null },
      ],
    });
    expect(text).not.toContain('in clear');
    const user = await suite.call('getUser', {
      auth: world.owner.pat,
      params: { app: world.app.id, user_id: body.results[0].id as string },
    });
    expect(user.body).toMatchObject({
      email,
      display_name: 'Jane',
      roles: [world.role.name],
      metadata: { old_id: 7 },
    });
  });

  it('takes 500 at a time, which tokens has when the call returns, and a repetition changes nothing', async () => {
    const tag = uniqueName('many');
    const users = Array.from({ length: 500 }, (_, i) => ({
      email: `${tag}-${i}@acme.co`,
      password_hash: bcrypt,
      metadata: { note: 'x'.repeat(1500) },
    }));
    expect((await importUsers(users)).body.created).toBe(500);
    const { rows } = await suite
      .database('tokens')
      .query('SELECT count(*)::int AS n FROM directory_user WHERE email LIKE $1', [`${tag}-%`]);
    expect(rows).toEqual([{ n: 500 }]);
    expect((await importUsers(users)).body).toMatchObject({ created: 0, existing: 500 });
  }, 30_000);
});

describe('400', () => {
  it.each([
    { users: [] },
    { users: [{ email: 'nobody' }] },
    { users: [{ email: 'a@acme.co', password: 'in clear' }] },
    { users: Array.from({ length: 501 }, (_, i) => ({ email: `${i}@acme.co` })) },
  ])('case %#', async (body) => {
    const input = { auth: world.owner.pat, params: { app: world.app.id }, body };
    expect((await suite.call('importUsers', input)).status).toBe(400);
  });
});
