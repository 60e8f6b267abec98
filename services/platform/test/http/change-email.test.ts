import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, uniqueName, type Suite } from '@pcft/testing';
import { comparable } from '../comparable.ts';
import { mailedToken, subjects } from '../mailed-token.ts';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

const fresh = () => `${uniqueName('new')}@example.com`;
const change = (auth: string, newEmail: string, password: string) =>
  suite.call('changeEmail', { auth, body: { newEmail, password } });

describe('200', () => {
  it('changes nothing until the new address is confirmed, and tells the old one', async () => {
    const { id, email, password, session } = await suite.createAccount();
    const newEmail = fresh();
    expect((await change(session, newEmail, password)).body.data).toEqual({});
    await suite.inbox.waitFor({ to: email, subject: 'is to get another address' });
    const me = async () => (await suite.call('getCurrentUser', { auth: session })).body.data;
    expect((await me()).email).toBe(email);
    const token = await mailedToken(suite, { to: newEmail, subject: subjects.confirm });
    const answer = await suite.call('verifyEmail', { body: { token } });
    expect(answer.body.data.email).toBe(newEmail);
    expect(await me()).toMatchObject({ email: newEmail, isVerified: true });
    await suite.inbox.waitFor({ to: email, subject: 'has another address now' });
    expect((await suite.call('signInWithEmail', { body: { email, password } })).status).toBe(401);
    expect((await suite.call('signInWithEmail', { body: { email: newEmail, password } })).status).toBe(200);
    expect(await auditRowOf(suite, answer)).toMatchObject({
      log: id,
      action: 'account.email-changed',
      changes: { before: { email }, after: { email: newEmail } },
    });
  });

  it('says the same for an address that is taken, whose owner is told', async () => {
    const [account, other] = [await suite.createAccount(), await suite.createAccount()];
    const taken = await change(account.session, other.email, account.password);
    const free = await change(account.session, fresh(), account.password);
    expect(comparable(taken)).toEqual(comparable(free));
    await suite.inbox.waitFor({ to: other.email, subject: 'wanted to use your address' });
    expect(await suite.inbox.list({ to: other.email, subject: subjects.confirm })).toEqual([]);
  });

  it('is void once the password was reset by who reads the mailbox', async () => {
    const { email, password, session } = await suite.createAccount();
    const newEmail = fresh();
    await change(session, newEmail, password);
    const token = await mailedToken(suite, { to: newEmail, subject: subjects.confirm });
    await suite.call('forgetPassword', { body: { email } });
    const reset = await mailedToken(suite, { to: email, subject: subjects.reset });
    await suite.call('resetPassword', { body: { token: reset, newPassword: 'mine again, and only mine' } });
    expect((await suite.call('verifyEmail', { body: { token } })).body.code).toBe('INVALID_TOKEN');
  });
});

describe('401 when', () => {
  it('the password is wrong, or the credential is no session', async () => {
    const owner = await suite.createOwner();
    const wrong = await change(owner.session, fresh(), 'not the password');
    expect([wrong.status, wrong.body.code]).toEqual([401, 'INVALID_CREDENTIALS']);
    const token = await change(owner.pat, fresh(), owner.password);
    expect([token.status, token.body.code]).toEqual([401, 'INVALID_OR_EXPIRED_TOKEN']);
  });
});

describe('400 when', () => {
  it('the address is the present one', async () => {
    const { email, password, session } = await suite.createAccount();
    const answer = await change(session, email.toUpperCase(), password);
    expect([answer.status, answer.body.meta.errors[0].field]).toEqual([400, 'newEmail']);
  });
});
