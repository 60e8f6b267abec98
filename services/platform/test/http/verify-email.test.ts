import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, linkIn, uniqueName, type Suite } from '@pcft/testing';
import { mailedToken, subjects } from '../mailed-token.ts';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

const verify = (token: string) => suite.call('verifyEmail', { body: { token } });
const look = (token: string) => suite.call('getEmailVerification', { query: { token } });
const me = async (session: string) => (await suite.call('getCurrentUser', { auth: session })).body.data;
const tokenOf = (to: string, count = 1) => mailedToken(suite, { to, subject: subjects.verify, count });

describe('200', () => {
  it('verifies the address that the mail of the sign-up went to', async () => {
    const account = await suite.createAccount();
    expect(await me(account.session)).toMatchObject({ isVerified: false, verifiedAt: null });
    const mail = await suite.inbox.waitFor({ to: account.email, subject: subjects.verify });
    expect([mail.to, mail.headers['auto-submitted']]).toEqual([[account.email], 'auto-generated']);
    expect(mail.html).toContain(linkIn(mail).href);
    expect(linkIn(mail).search).toBe(''); // nothing of the token reaches a server's log
    const answer = await verify(await tokenOf(account.email));
    expect(answer.body).toMatchObject({
      success: true,
      message: 'Email verified successfully',
      data: { email: account.email },
    });
    expect(await me(account.session)).toMatchObject({
      isVerified: true,
      verifiedAt: answer.body.data.verifiedAt,
    });
    expect(await auditRowOf(suite, answer)).toMatchObject({
      log: account.id,
      action: 'account.email-verified',
      actor: { type: 'account', id: account.id },
    });
  });

  it('uses nothing up when a link is only looked at, as mail scanners do', async () => {
    const account = await suite.createAccount();
    const token = await tokenOf(account.email);
    for (let round = 0; round < 3; round++)
      expect((await look(token)).body.data).toMatchObject({ purpose: 'verify-email', email: account.email });
    expect(await me(account.session)).toMatchObject({ isVerified: false });
    expect((await verify(token)).status).toBe(200);
    expect((await look(token)).status).toBe(400);
  });

  it('is given once to fifty who try at the same moment', async () => {
    const account = await suite.createAccount();
    const token = await tokenOf(account.email);
    const answers = await Promise.all(Array.from({ length: 50 }, () => verify(token)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 49 }, () => 400)]);
  });
});

describe('400 when', () => {
  it('the token was used, replaced, tampered with, never issued, or is for something else', async () => {
    const account = await suite.createAccount();
    const first = await tokenOf(account.email);
    await suite.call('sendVerificationEmail', { body: { email: account.email } });
    const second = await tokenOf(account.email, 2);
    await suite.call('forgetPassword', { body: { email: account.email } });
    const reset = await mailedToken(suite, { to: account.email, subject: subjects.reset });
    for (const token of [first, `${second.slice(0, -1)}_`, `ver_tok_${'a'.repeat(36)}`, reset]) {
      const answer = await verify(token);
      expect([answer.status, answer.body.code]).toEqual([400, 'INVALID_TOKEN']);
      expect((await look(token)).body.code).toBe('INVALID_TOKEN');
    }
    expect((await verify(second)).status).toBe(200);
    expect((await verify(second)).body.code).toBe('INVALID_TOKEN');
  });

  it('the token has expired', async () => {
    const account = await suite.createAccount();
    const token = await tokenOf(account.email);
    await suite
      .database('platform')
      .query(`UPDATE one_time_token SET expires_at = now() WHERE account_id = $1`, [account.id]);
    expect((await verify(token)).body.code).toBe('INVALID_TOKEN');
  });
});

describe('409 when', () => {
  it('the new address has come into use meanwhile; the account keeps its own', async () => {
    const account = await suite.createAccount();
    const newEmail = `${uniqueName('moved')}@example.com`;
    const { email, password, session } = account;
    expect((await suite.call('changeEmail', { auth: session, body: { newEmail, password } })).status).toBe(
      200,
    );
    const token = await mailedToken(suite, { to: newEmail, subject: subjects.confirm });
    await suite.call('signUpWithEmail', {
      body: { email: newEmail, password: 'a long one of theirs', name: 'X' },
    });
    const answer = await verify(token);
    expect([answer.status, answer.body.code]).toEqual([409, 'CONFLICT']);
    expect((await me(session)).email).toBe(email);
  });
});
