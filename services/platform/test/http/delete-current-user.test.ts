import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, sessionOf, type Account, type Suite } from '@pcft/testing';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

const remove = ({ session, password }: Pick<Account, 'session' | 'password'>, body: object = { password }) =>
  suite.call('deleteCurrentUser', { auth: session, body });
const signIn = ({ email, password }: Account) => suite.call('signInWithEmail', { body: { email, password } });

describe('200', () => {
  it('ends sessions and PATs everywhere, closes the own workspace, and keeps the log', async () => {
    const owner = await suite.createOwner();
    const other = sessionOf((await signIn(owner)).cookies);
    const logs = (auth: string) =>
      suite.call('listWorkspaceAuditLogs', { auth, params: { ws: owner.workspace.id } });
    for (const auth of [owner.pat, other]) expect((await logs(auth)).status).toBe(200);
    const answer = await remove(owner);
    expect(answer.body).toMatchObject({ message: 'Account deleted', data: {} });
    expect(answer.cookies[0]).toMatch(/^pcft_session=;/);
    for (const auth of [owner.pat, other, owner.session]) {
      expect((await suite.call('introspect', { auth })).status).toBe(401);
      expect((await logs(auth)).status).toBe(401);
    }
    expect((await signIn(owner)).status).toBe(401);
    expect(await auditRowOf(suite, answer)).toMatchObject({
      log: owner.id,
      action: 'account.deleted',
      metadata: { closed_workspaces: [owner.workspace.id] },
    });
    const { rows } = await suite
      .database('audit', 'owner')
      .query('SELECT FROM audit_event WHERE log = $1', [owner.workspace.id]);
    expect(rows.length).toBeGreaterThan(0);
  });

  it('forgets who it was: nothing of the person is left in the database', async () => {
    const owner = await suite.createOwner();
    await remove(owner);
    const database = suite.database('platform', 'owner');
    for (const table of ['account', 'session', 'access_token', 'member', 'one_time_token']) {
      const { rows } = await database.query<{ row: string }>(`SELECT ${table}::text AS row FROM ${table}`);
      for (const { row } of rows) {
        expect(row).not.toContain(owner.email);
        if (row.includes(owner.id)) expect(row).not.toMatch(/127\.0\.0\.1|person-/);
      }
    }
  });

  it('frees the address for a new account', async () => {
    const account = await suite.createAccount();
    await remove(account);
    const { email, password } = account;
    await suite.call('signUpWithEmail', { body: { email, password, name: 'Somebody new' } });
    const again = await signIn(account);
    expect(again.status).toBe(200);
    expect(again.body.data.user.id).not.toBe(account.id);
  });

  it('leaves workspaces of others, with the PATs it had there revoked', async () => {
    const owner = await suite.createOwner();
    const member = await suite.addMember(owner.workspace, 'admin');
    const { secret } = await suite.mint(
      { session: member.session, workspace: owner.workspace },
      { kind: 'full' },
    );
    expect((await remove(member)).status).toBe(200);
    expect((await suite.call('introspect', { auth: secret })).status).toBe(401);
    const { body } = await suite.call('listMembers', { auth: owner.pat, params: { ws: owner.workspace.id } });
    expect(body.data).toHaveLength(1);
  });

  it('once, of five at the same moment', async () => {
    const account = await suite.createAccount();
    const answers = await Promise.all(Array.from({ length: 5 }, () => remove(account)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe('409 when', () => {
  it('it is the only owner of a workspace that has other members: which one is told', async () => {
    const owner = await suite.createOwner();
    const heir = await suite.addMember(owner.workspace, 'member');
    const answer = await remove(owner);
    expect([answer.status, answer.body.code]).toEqual([409, 'CONFLICT']);
    expect(answer.body.meta.errors[0].reason).toContain(owner.workspace.slug);
    expect((await suite.call('introspect', { auth: owner.pat })).status).toBe(200);
    await suite.setRole({ id: heir.id, workspace: owner.workspace }, 'owner');
    expect((await remove(owner)).status).toBe(200);
    expect(
      (await suite.call('getWorkspace', { auth: heir.session, params: { ws: owner.workspace.id } })).status,
    ).toBe(200);
  });
});

describe('403 when', () => {
  it('the password is missing or wrong', async () => {
    const account = await suite.createAccount();
    expect((await remove(account, {})).body.code).toBe('CONFIRMATION_REQUIRED');
    expect((await remove(account, { password: 'wrong' })).body.code).toBe('CONFIRMATION_REFUSED');
    expect((await signIn(account)).status).toBe(200);
  });
});
