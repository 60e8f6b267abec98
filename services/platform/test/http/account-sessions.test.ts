import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { auditRowOf, connectSuite, sessionOf, type Account, type Suite } from '@pcft/testing';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const signIn = async ({ email, password }: Account, userAgent = firefox) => {
  const answer = await suite.call('signInWithEmail', {
    body: { email, password },
    headers: { 'user-agent': userAgent },
  });
  return { id: answer.body.data.session.id as string, token: sessionOf(answer.cookies) };
};
const list = (auth: string, query = {}) => suite.call('listAccountSessions', { auth, query });
const revoke = (auth: string, id: string) => suite.call('revokeAccountSession', { auth, params: { id } });

describe('GET /v1/account/sessions: 200', () => {
  it('shows what each session was opened with, and which one asks', async () => {
    const account = await suite.createAccount();
    const { id } = await signIn(account);
    const { body } = await list(account.session);
    expect(body.pagination).toMatchObject({ total: 2, has_more: false });
    const other = body.data.find((session: { id: string }) => session.id === id);
    expect(other).toMatchObject({
      current: false,
      device: { label: 'Firefox on Linux', browser: 'Firefox', os: 'Linux', type: 'desktop' },
      ip_address: expect.stringMatching(/^127\.|^::1$/),
    });
    const created = Date.parse(other.created_at);
    expect(Date.parse(other.idle_expires_at) - created).toBe(7 * 86_400_000);
    expect(Date.parse(other.expires_at) - created).toBe(14 * 86_400_000);
    expect(body.data.filter(({ current }: { current: boolean }) => current)).toHaveLength(1);
    expect((await list(account.session, { limit: 1, offset: 1 })).body.data).toHaveLength(1);
  });

  it('notes when one was last seen, and moves the end of idleness with it, up to the last one', async () => {
    const account = await suite.createAccount();
    const { id, token } = await signIn(account);
    const database = suite.database('platform', 'owner');
    await database.query(
      `UPDATE session SET expires_at = now() + interval '1 hour', ends_at = now() + interval '2 days',
              last_seen_at = NULL WHERE id = $1`,
      [id],
    );
    const deadline = Date.now() + 15_000;
    let seen: { last_seen_at: string | null; idle_expires_at: string; expires_at: string } | undefined;
    do {
      await suite.call('introspect', { auth: token });
      await new Promise((resolve) => setTimeout(resolve, 500));
      const { data } = (await list(account.session)).body;
      seen = data.find((session: { id: string }) => session.id === id);
    } while (!seen?.last_seen_at && Date.now() < deadline);
    expect(seen?.last_seen_at).toEqual(expect.any(String));
    expect(seen?.idle_expires_at).toBe(seen?.expires_at);
  }, 30_000);

  it('shows none that has ended, and nobody else its own', async () => {
    const account = await suite.createAccount();
    const { id, token } = await signIn(account);
    await suite.call('signOut', { auth: token });
    const stranger = await suite.createAccount();
    expect((await list(account.session)).text).not.toContain(id);
    expect((await list(stranger.session)).body.pagination.total).toBe(1);
  });

  it('is for no PAT whose scopes do not name sessions', async () => {
    const account = await suite.createAccount();
    const key = await suite.call('createApiKey', {
      auth: account.session,
      body: { name: 'all', scopes: ['user:read'] },
    });
    expect((await list(key.body.data.key)).status).toBe(403);
  });
});

describe('DELETE /v1/account/sessions/:id', () => {
  it('204: no service accepts the session when the call has returned, also when it had ended before', async () => {
    const account = await suite.createAccount();
    const { id, token } = await signIn(account);
    for (const operation of ['introspect', 'listAuditLogs', 'listWorkspaces'])
      expect((await suite.call(operation, { auth: token })).status).toBe(200);
    const answer = await revoke(account.session, id);
    expect(answer.status).toBe(204);
    for (const operation of ['introspect', 'listAuditLogs', 'listWorkspaces'])
      expect((await suite.call(operation, { auth: token })).status).toBe(401);
    expect((await suite.call('listAuditLogs', { auth: account.session })).status).toBe(200);
    expect((await revoke(account.session, id)).status).toBe(204);
    expect(await auditRowOf(suite, answer)).toMatchObject({
      log: account.id,
      action: 'session.revoked',
      resource: `pcft:platform:account/${account.id}/session/${id}`,
      target: { type: 'session', id },
    });
  });

  it("404 for somebody else's, and for one that never was", async () => {
    const [account, other] = [await suite.createAccount(), await suite.createAccount()];
    const { id, token } = await signIn(other);
    expect((await revoke(account.session, id)).status).toBe(404);
    expect((await revoke(account.session, createId('ses_'))).status).toBe(404);
    expect((await suite.call('introspect', { auth: token })).status).toBe(200);
  });
});

describe('DELETE /v1/account/sessions: 200', () => {
  it('ends all but the one that asks', async () => {
    const account = await suite.createAccount();
    const others = [await signIn(account), await signIn(account), await signIn(account)];
    for (const { token } of others)
      expect((await suite.call('listAuditLogs', { auth: token })).status).toBe(200);
    const answer = await suite.call('revokeOtherAccountSessions', { auth: account.session });
    expect([answer.status, answer.body]).toEqual([200, { revoked: 3 }]);
    for (const { token } of others)
      expect((await suite.call('listAuditLogs', { auth: token })).status).toBe(401);
    expect((await suite.call('listAuditLogs', { auth: account.session })).status).toBe(200);
    expect(await auditRowOf(suite, answer)).toMatchObject({ action: 'session.others-revoked' });
  });
});

describe('GET /api/auth/session', () => {
  it('200: the session and its account', async () => {
    const account = await suite.createAccount();
    const { body } = await suite.call('getSession', { auth: account.session });
    expect(body.data).toMatchObject({
      session: { id: expect.stringMatching(/^ses_/), confirmedUntil: null },
      user: { id: account.id, email: account.email, fullName: account.name, twoFactorEnabled: false },
    });
  });

  it('401 for a PAT: there is no session', async () => {
    const { pat } = await suite.createOwner();
    const answer = await suite.call('getSession', { auth: pat });
    expect([answer.status, answer.body.code]).toEqual([401, 'INVALID_OR_EXPIRED_TOKEN']);
  });
});
