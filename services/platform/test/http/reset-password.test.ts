import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, type Account, type Suite } from '@pcft/testing';
import { mailedToken, subjects } from '../mailed-token.ts';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

const newPassword = 'an entirely different passphrase';
const reset = (token: string, password = newPassword) =>
  suite.call('resetPassword', { body: { token, newPassword: password } });
const signIn = (email: string, password: string) =>
  suite.call('signInWithEmail', { body: { email, password } });

async function resetToken({ email }: Pick<Account, 'email'>, count = 1): Promise<string> {
  await suite.call('forgetPassword', { body: { email } });
  return mailedToken(suite, { to: email, subject: subjects.reset, count });
}
async function verified() {
  const owner = await suite.createOwner();
  const token = await mailedToken(suite, { to: owner.email, subject: subjects.verify });
  await suite.call('verifyEmail', { body: { token } });
  return owner;
}

describe('200', () => {
  it('ends every session before it answers, leaves API keys, and tells the owner of them', async () => {
    const owner = await verified();
    const second = await signIn(owner.email, owner.password);
    const sessions = [owner.session, /pcft_session=([^;]+)/.exec(second.cookies[0] ?? '')?.[1] ?? ''];
    const answer = await reset(await resetToken(owner));
    expect(answer.body.data).toEqual({ endedSessions: 2, revokedApiKeys: 0, activeApiKeys: 1 });
    for (const auth of sessions) expect((await suite.call('listWorkspaces', { auth })).status).toBe(401);
    expect((await suite.call('introspect', { auth: owner.pat })).status).toBe(200);
    expect((await signIn(owner.email, owner.password)).status).toBe(401);
    expect((await signIn(owner.email, newPassword)).status).toBe(200);
    const notice = await suite.inbox.waitFor({ to: owner.email, subject: 'Your password was changed' });
    expect(notice.text).toContain('1 API key of the account goes on working');
    expect(await auditRowOf(suite, answer)).toMatchObject({
      log: owner.id,
      action: 'account.password-reset',
      actor: { type: 'account', id: owner.id },
    });
  });

  it('revokes the API keys of an account that was never verified, and verifies it', async () => {
    const owner = await suite.createOwner();
    const answer = await reset(await resetToken(owner));
    expect(answer.body.data).toMatchObject({ revokedApiKeys: 1, activeApiKeys: 0 });
    expect((await suite.call('introspect', { auth: owner.pat })).status).toBe(401);
    const again = await signIn(owner.email, newPassword);
    const session = /pcft_session=([^;]+)/.exec(again.cookies[0] ?? '')?.[1] ?? '';
    expect((await suite.call('getCurrentUser', { auth: session })).body.data.isVerified).toBe(true);
  });

  it('is given once to fifty who try at the same moment', async () => {
    const account = await suite.createAccount();
    const token = await resetToken(account);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => reset(token, `${newPassword} ${String(n)}`)),
    );
    const winners = answers.flatMap(({ status }, n) => (status === 200 ? [n] : []));
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(49);
    expect((await signIn(account.email, `${newPassword} ${String(winners[0])}`)).status).toBe(200);
  }, 60_000);
});

describe('400 when', () => {
  it('the password is a bad one; the link then works still', async () => {
    const account = await suite.createAccount();
    const token = await resetToken(account);
    const answer = await reset(token, 'password123');
    expect([answer.status, answer.body.meta.errors[0].field]).toEqual([400, 'newPassword']);
    expect((await reset(token)).status).toBe(200);
  });

  it('the token was used, replaced, expired, or is for something else', async () => {
    const account = await suite.createAccount();
    const first = await resetToken(account);
    const second = await resetToken(account, 2);
    const verification = await mailedToken(suite, { to: account.email, subject: subjects.verify });
    for (const token of [first, verification, 'ver_tok_short'])
      expect((await reset(token)).body.code).toBe('INVALID_TOKEN');
    expect((await reset(second)).status).toBe(200);
    expect((await reset(second)).body.code).toBe('INVALID_TOKEN');
    const third = await resetToken(account, 3);
    await suite
      .database('platform')
      .query('UPDATE one_time_token SET expires_at = now() WHERE account_id = $1', [account.id]);
    expect((await reset(third)).body.code).toBe('INVALID_TOKEN');
  });

  it('the address was changed after the link was sent: who reads the former mailbox has no say', async () => {
    const { email, password, session } = await verified();
    const token = await resetToken({ email });
    const newEmail = email.replace('@', '-new@');
    await suite.call('changeEmail', { auth: session, body: { newEmail, password } });
    const confirmation = await mailedToken(suite, { to: newEmail, subject: subjects.confirm });
    expect((await suite.call('verifyEmail', { body: { token: confirmation } })).status).toBe(200);
    expect((await reset(token)).body.code).toBe('INVALID_TOKEN');
  });
});
