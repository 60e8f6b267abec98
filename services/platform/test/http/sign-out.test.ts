import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, type Suite } from '@pcft/testing';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

describe('200', () => {
  it('ends the session for every service, clears the cookie and leaves other sessions alone', async () => {
    const { id, email, password, session } = await suite.createAccount();
    const other = await suite.call('signInWithEmail', { body: { email, password } });
    const second = /pcft_session=([^;]+)/.exec(other.cookies[0] ?? '')?.[1] ?? '';
    expect((await suite.call('listAuditLogs', { auth: session })).status).toBe(200);

    const answer = await suite.call('signOut', { auth: session });
    expect(answer.body).toMatchObject({ success: true, message: 'Signed out successfully', data: {} });
    expect(answer.cookies).toEqual(['pcft_session=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0']);
    for (const operation of ['introspect', 'listWorkspaces', 'listAuditLogs'])
      expect((await suite.call(operation, { auth: session })).status).toBe(401);
    expect((await suite.call('listAuditLogs', { auth: second })).status).toBe(200);
    expect(await auditRowOf(suite, answer)).toMatchObject({
      log: id,
      action: 'session.ended',
      actor: { id, session_id: expect.stringMatching(/^ses_/) },
    });
  });
});

describe('401 when', () => {
  it('the session has ended already', async () => {
    const { session } = await suite.createAccount();
    await suite.call('signOut', { auth: session });
    const again = await suite.call('signOut', { auth: session });
    expect([again.status, again.body.code]).toEqual([401, 'INVALID_OR_EXPIRED_TOKEN']);
  });

  it('the credential is a PAT: there is no session to end', async () => {
    const { pat } = await suite.createOwner();
    expect((await suite.call('signOut', { auth: pat })).status).toBe(401);
    expect((await suite.call('introspect', { auth: pat })).status).toBe(200);
  });
});

describe('403 when', () => {
  it('another site asks', async () => {
    const { session } = await suite.createAccount();
    const headers = { origin: 'https://evil.example' };
    expect((await suite.call('signOut', { auth: session, headers })).status).toBe(403);
    expect((await suite.call('introspect', { auth: session })).status).toBe(200);
  });
});
