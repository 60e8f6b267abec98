import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, sessionOf, type Account, type Suite } from '@pcft/testing';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

const newPassword = 'an entirely different horse';
const change = (auth: string, body: object) => suite.call('changePassword', { auth, body });
const signIn = ({ email }: Account, password: string) =>
  suite.call('signInWithEmail', { body: { email, password } });

describe('200', () => {
  it('ends all other sessions in every service; the one that asks stays', async () => {
    const account = await suite.createAccount();
    const other = sessionOf((await signIn(account, account.password)).cookies);
    expect((await suite.call('listAuditLogs', { auth: other })).status).toBe(200);
    const answer = await change(account.session, { currentPassword: account.password, newPassword });
    expect(answer.body).toMatchObject({ message: 'Password changed', data: { revokedSessions: 1 } });
    for (const operation of ['listAuditLogs', 'introspect', 'getCurrentUser'])
      expect((await suite.call(operation, { auth: other })).status).toBe(401);
    expect((await suite.call('listAuditLogs', { auth: account.session })).status).toBe(200);
    expect((await signIn(account, account.password)).status).toBe(401);
    expect((await signIn(account, newPassword)).status).toBe(200);
    const row = await auditRowOf(suite, answer);
    expect(row).toMatchObject({
      action: 'account.password-changed',
      log: account.id,
      metadata: { revoked_sessions: 1 },
    });
    expect(JSON.stringify(row)).not.toContain(newPassword);
    const notice = await suite.inbox.waitFor({
      to: account.email,
      subject: 'The password of your account was changed.',
    });
    expect(notice.text).toContain('If it was not, set a new password');
  });

  it('leaves them if asked to', async () => {
    const account = await suite.createAccount();
    const other = sessionOf((await signIn(account, account.password)).cookies);
    const body = { currentPassword: account.password, newPassword, revokeOtherSessions: false };
    expect((await change(account.session, body)).body.data).toEqual({ revokedSessions: 0 });
    expect((await suite.call('introspect', { auth: other })).status).toBe(200);
  });

  it('for one of ten at the same moment', async () => {
    const account = await suite.createAccount();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        change(account.session, {
          currentPassword: account.password,
          newPassword: `${newPassword} ${String(i)}`,
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe('400 when', () => {
  it.each([
    ['is common', 'password1'],
    ['is short', 'short77'],
    ['is the name', ''],
  ])('the new password %s', async (_, text) => {
    const account = await suite.createAccount();
    const body = { currentPassword: account.password, newPassword: text || account.name };
    const answer = await change(account.session, body);
    expect([answer.status, answer.body.meta.errors[0].field]).toEqual([400, 'newPassword']);
    expect((await signIn(account, account.password)).status).toBe(200);
  });

  it('it is the current one', async () => {
    const account = await suite.createAccount();
    const body = { currentPassword: account.password, newPassword: account.password };
    expect((await change(account.session, body)).status).toBe(400);
  });
});

describe('403 when', () => {
  it('the current password is wrong, and 429 when it is guessed', async () => {
    const account = await suite.createAccount();
    const body = { currentPassword: 'not the password', newPassword };
    const first = await change(account.session, body);
    expect([first.status, first.body.code]).toEqual([403, 'CONFIRMATION_REFUSED']);
    for (let i = 0; i < 9; i++) await change(account.session, body);
    const stopped = await change(account.session, { ...body, currentPassword: account.password });
    expect([stopped.status, stopped.body.code]).toEqual([429, 'RATE_LIMIT_ERROR']);
    // Another session of the owner is not stopped by it.
    const other = sessionOf((await signIn(account, account.password)).cookies);
    expect((await change(other, { currentPassword: account.password, newPassword })).status).toBe(200);
  });

  it('a PAT asks that may do everything', async () => {
    const account = await suite.createAccount();
    const { body } = await suite.call('createApiKey', {
      auth: account.session,
      body: { name: 'all', scopes: ['user:write'] },
    });
    const answer = await change(body.data.key, { currentPassword: account.password, newPassword });
    expect(answer.status).toBe(403);
  });
});

describe('POST /api/auth/confirm', () => {
  it('200: for ten minutes nothing else is asked for', async () => {
    const account = await suite.createAccount();
    const call = (operation: string, body: object = {}) =>
      suite.call(operation, { auth: account.session, body });
    const asked = await call('enableTwoFactor');
    expect([asked.status, asked.body.code, asked.body.meta.errors]).toEqual([
      403,
      'CONFIRMATION_REQUIRED',
      [{ field: 'password', reason: 'required' }],
    ]);
    expect((await call('confirmSession', { password: 'wrong' })).status).toBe(403);
    const confirmed = await call('confirmSession', { password: account.password });
    expect(Date.parse(confirmed.body.data.confirmedUntil)).toBeGreaterThan(Date.now() + 590_000);
    expect(await auditRowOf(suite, confirmed)).toMatchObject({ action: 'session.confirmed' });
    expect((await call('enableTwoFactor')).status).toBe(200);
    const { data } = (await suite.call('getSession', { auth: account.session })).body;
    expect(data.session.confirmedUntil).toBe(confirmed.body.data.confirmedUntil);
    await suite
      .database('platform', 'owner')
      .query(`UPDATE session SET confirmed_at = now() - interval '11 minutes' WHERE id = $1`, [
        data.session.id,
      ]);
    expect((await call('enableTwoFactor')).status).toBe(403);
  });
});
