import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, uniqueName, type Suite } from '@pcft/testing';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

const person = () => ({
  email: `${uniqueName('new')}@example.com`,
  password: 'a-long-secure-passphrase',
  name: 'Your Name',
});
const signUp = (body: object) => suite.call('signUpWithEmail', { body });
const signIn = (body: object) => suite.call('signInWithEmail', { body });

describe('200', () => {
  it('gives an account with a workspace of its own, as seed 002 says', async () => {
    const body = person();
    const answer = await signUp(body);
    expect(answer.body).toEqual({
      success: true,
      status: 200,
      code: 'OK',
      message: 'Account created',
      data: { email: body.email, fullName: 'Your Name', verificationRequired: false },
    });
    const signedIn = await signIn({ email: body.email, password: body.password });
    expect(signedIn.status).toBe(200);
    const session = /pcft_session=([^;]+)/.exec(signedIn.cookies[0] ?? '')?.[1] ?? '';
    const { body: page } = await suite.call('listWorkspaces', { auth: session });
    expect(page.data).toMatchObject([{ display_name: 'Your Name', role: 'owner' }]);
    expect(page.data[0].slug).toMatch(/^your-name(-[a-z0-9]+)?$/);
    expect(await auditRowOf(suite, answer)).toMatchObject({
      log: page.data[0].id,
      action: 'account.created',
      actor: { type: 'account', id: signedIn.body.data.user.id },
    });
  });

  it('takes any name', async () => {
    for (const name of ['李雷', "O'Brien <script>", '-', 'x'.repeat(120)])
      expect((await signUp({ ...person(), name })).status).toBe(200);
  });

  it('keeps every character of a password, beyond 72 bytes too', async () => {
    const body = { ...person(), password: `${'p'.repeat(80)}a` };
    await signUp(body);
    expect((await signIn({ email: body.email, password: `${'p'.repeat(80)}b` })).status).toBe(401);
    expect((await signIn({ email: body.email, password: body.password })).status).toBe(200);
  });
});

describe('200 with a password of', () => {
  it('eight code points of any kind, in either normal form', async () => {
    const body = { ...person(), password: 'Ṁéḣàn🐎🔋🧷'.normalize('NFC') };
    expect((await signUp(body)).status).toBe(200);
    const typed = { email: body.email, password: body.password.normalize('NFD') };
    expect((await signIn(typed)).status).toBe(200);
  });
});

describe('200 for an address that is known', () => {
  it('says the same, changes nothing, and is noted in the log of the account', async () => {
    const owner = await suite.createAccount();
    const again = { email: owner.email.toUpperCase(), password: 'another password', name: 'Eve' };
    const answer = await signUp(again);
    expect(answer.body.data).toEqual({
      email: again.email,
      fullName: 'Eve',
      verificationRequired: false,
    });
    expect((await signIn({ email: owner.email, password: 'another password' })).status).toBe(401);
    expect((await signIn({ email: owner.email, password: owner.password })).body.data.user).toMatchObject({
      id: owner.id,
      fullName: owner.name,
    });
    expect(await auditRowOf(suite, answer)).toMatchObject({
      log: owner.id,
      action: 'account.sign-up-repeated',
      outcome: 'failed',
      actor: { type: 'anonymous', id: null },
    });
    const told = await suite.inbox.waitFor({ to: owner.email, subject: 'You have an account already' });
    expect(told.text).not.toContain('Eve');
    const verify = { to: owner.email, subject: 'Verify your address' };
    await suite.inbox.waitFor(verify);
    expect(await suite.inbox.list(verify)).toHaveLength(1);
    const { rows } = await suite
      .database('platform')
      .query(`SELECT FROM account WHERE email LIKE '%rehearsal.invalid'`);
    expect(rows).toHaveLength(0);
  });

  it('gives one account when it comes ten times at once', async () => {
    const body = person();
    const answers = await Promise.all(Array.from({ length: 10 }, () => signUp(body)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const { rows } = await suite
      .database('platform')
      .query('SELECT FROM account WHERE lower(email) = lower($1)', [body.email]);
    expect(rows).toHaveLength(1);
  });
});

describe('400 when', () => {
  it.each([
    ['password', { password: 'short77' }],
    ['password', { password: 'password1' }],
    ['password', { password: '🙂'.repeat(8) }],
    ['password', { email: 'ada.lovelace@example.com', password: 'Ada.Lovelace1815' }],
    ['password', { name: 'Grace Hopper', password: 'gracehopper' }],
    ['email', { email: 'nobody' }],
    ['name', { name: '' }],
    ['name', { name: 'line\nbreak' }],
    ['role', { role: 'staff' }],
  ])('%s is not as it should be', async (field, change) => {
    const { status, body } = await signUp({ ...person(), ...change });
    expect(status).toBe(400);
    expect([body.code, body.meta.errors[0].field]).toEqual(['VALIDATION_ERROR', field]);
  });
});
