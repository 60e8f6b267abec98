import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  auditRowOf,
  connectSuite,
  uniqueName,
  type Account,
  type Owner,
  type Suite,
  type WorkspaceRef,
} from '@pcft/testing';
import { mailedToken, subjects } from '../mailed-token.ts';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const accept = (account: Pick<Account, 'session'>, token: string) =>
  suite.call('acceptWorkspaceInvite', { auth: account.session, params: { token } });

const allow = (action: string) => ({ effect: 'allow', actions: [action], resources: ['*'] });

async function customRole(statements: object[]) {
  const { session: auth, workspace } = owner;
  const body = { name: uniqueName('role'), base: 'admin', statements };
  const made = await suite.call('createWorkspaceRole', { auth, params: { ws: workspace.id }, body });
  expect([made.status, made.text]).toEqual([201, made.text]);
  return made.body as { id: string; name: string };
}

async function invited(
  account: Pick<Account, 'email'>,
  {
    role = 'member',
    by = owner,
    workspace = owner.workspace,
  }: { role?: string; by?: Pick<Account, 'session'>; workspace?: WorkspaceRef } = {},
) {
  const created = await suite.call('createWorkspaceInvite', {
    auth: by.session,
    params: { ws: workspace.id },
    body: { email: account.email, role },
  });
  expect(created.status).toBe(201);
  const token = await mailedToken(suite, { to: account.email, subject: subjects.invite });
  return { id: created.body.id as string, token };
}

describe('200', () => {
  it('makes the member with the role, verifies the address, and closes the invite', async () => {
    const account = await suite.createAccount();
    const { id, token } = await invited(account, { role: 'admin' });
    const answer = await accept(account, token);
    expect(answer.body).toMatchObject({
      workspace: { id: owner.workspace.id, slug: owner.workspace.slug },
      member: { account_id: account.id, email: account.email, role: 'admin' },
    });
    const params = { ws: owner.workspace.id };
    const seen = await suite.call('getWorkspace', { auth: account.session, params });
    expect(seen.body.role).toBe('admin');
    const me = await suite.call('getCurrentUser', { auth: account.session });
    expect(me.body.data).toMatchObject({ isVerified: true, verifiedAt: answer.body.verified_at });
    const open = await suite.call('listWorkspaceInvites', { auth: owner.pat, params, query: { limit: 100 } });
    expect(open.text).not.toContain(id);
    expect(await auditRowOf(suite, answer)).toMatchObject({
      log: owner.workspace.id,
      action: 'workspace.invite-accepted',
      actor: { type: 'account', id: account.id },
      target: { type: 'member', id: answer.body.member.id },
      metadata: { invite_id: id, invited_by: owner.id },
    });
  });

  it('gives a custom role as it is by then, which is what counts for the author too', async () => {
    const role = await customRole([allow('workspace.read'), allow('workspace.audit.read')]);
    const account = await suite.createAccount();
    const { token } = await invited(account, { role: role.name });
    // Narrower since, on another base and under another name: nobody gets the role of the mail.
    const renamed = uniqueName('renamed');
    const body = { name: renamed, base: 'member', statements: [allow('workspace.read')] };
    const params = { ws: owner.workspace.id, role: role.id };
    expect((await suite.call('updateWorkspaceRole', { auth: owner.session, params, body })).status).toBe(200);
    const answer = await accept(account, token);
    expect(answer.body.member).toMatchObject({ role: renamed, role_id: role.id });
    const ws = { ws: owner.workspace.id };
    const seen = await suite.call('getWorkspace', { auth: account.session, params: ws });
    expect(seen.body).toMatchObject({ role: 'member', custom_role: { id: role.id, name: renamed } });
    const log = await suite.call('listWorkspaceAuditLogs', { auth: account.session, params: ws });
    expect([log.status, log.headers['x-required-action']]).toEqual([403, 'workspace.audit.read']);
    expect(await auditRowOf(suite, answer)).toMatchObject({ metadata: { role: renamed } });
  });

  it('is given once to fifty who try at the same moment', async () => {
    const account = await suite.createAccount();
    const { token } = await invited(account);
    const answers = await Promise.all(Array.from({ length: 50 }, () => accept(account, token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    // Beyond the connections of the pool some are told to come again.
    for (const { status } of answers) expect([200, 409, 410, 503]).toContain(status);
    const { rows } = await suite
      .database('platform')
      .query('SELECT FROM member WHERE account_id = $1 AND workspace_id = $2', [
        account.id,
        owner.workspace.id,
      ]);
    expect(rows).toHaveLength(1);
  }, 60_000);
});

describe('403 when', () => {
  it('the account has another address, or the credential is a PAT', async () => {
    const [account, finder] = [await suite.createAccount(), await suite.createOwner()];
    const { token } = await invited(account);
    const found = await accept(finder, token);
    expect([found.status, found.body.error.code]).toEqual([403, 'INVITE_FOR_ANOTHER_ADDRESS']);
    expect((await accept({ session: finder.pat }, token)).status).toBe(403);
    expect((await accept(account, token)).status).toBe(200);
  });
});

describe('404 when', () => {
  it('the token was never issued, or the workspace is closed', async () => {
    const account = await suite.createAccount();
    for (const token of [`inv_tok_${'a'.repeat(36)}`, 'inv_tok_x'])
      expect((await accept(account, token)).status).toBe(404);
    const other = await suite.createOwner();
    const { token } = await invited(account, { by: other, workspace: other.workspace });
    await suite.call('deleteWorkspace', { auth: other.session, params: { ws: other.workspace.id } });
    expect((await accept(account, token)).status).toBe(404);
  });
});

describe('409 when', () => {
  it('the account is a member already', async () => {
    const account = await suite.createAccount();
    const { token } = await invited(account);
    await suite.setRole({ id: account.id, workspace: owner.workspace }, 'member');
    expect((await accept(account, token)).status).toBe(409);
  });
});

describe('410 when', () => {
  const expectClosed = async (account: Account, token: string, reason: string) => {
    const answer = await accept(account, token);
    expect([answer.status, answer.body.error.code]).toEqual([410, 'INVITE_CLOSED']);
    expect(answer.body.error.details[0].reason).toContain(reason);
  };

  it('it was accepted, revoked or replaced, or has expired', async () => {
    const account = await suite.createAccount();
    const first = await invited(account);
    const revoke = { auth: owner.pat, params: { ws: owner.workspace.id, id: first.id } };
    expect((await suite.call('revokeWorkspaceInvite', revoke)).status).toBe(204);
    await expectClosed(account, first.token, 'was revoked');
    expect((await suite.call('revokeWorkspaceInvite', revoke)).status).toBe(404);

    const other = await suite.createAccount();
    const late = await invited(other);
    await suite
      .database('platform')
      .query('UPDATE workspace_invite SET expires_at = now() WHERE id = $1', [late.id]);
    await expectClosed(other, late.token, 'has expired');

    const third = await suite.createAccount();
    const used = await invited(third);
    expect((await accept(third, used.token)).status).toBe(200);
    await expectClosed(third, used.token, 'was accepted');
  });

  it('its author has a custom role by now, which is narrower than the one that is given', async () => {
    const other = await suite.createOwner();
    const { workspace } = other;
    await suite
      .database('platform', 'owner')
      .query(`UPDATE workspace SET plan = 'business' WHERE id = $1`, [workspace.id]);
    const admin = await suite.addMember(workspace, 'admin');
    const account = await suite.createAccount();
    const { token } = await invited(account, { role: 'admin', by: admin, workspace });
    const role = await suite.call('createWorkspaceRole', {
      auth: other.session,
      params: { ws: workspace.id },
      body: {
        name: 'inviter',
        base: 'admin',
        statements: [{ effect: 'allow', actions: ['workspace.invite.*'], resources: ['*'] }],
      },
    });
    expect([role.status, role.text]).toEqual([201, role.text]);
    const changed = await suite.call('updateMember', {
      auth: other.session,
      params: { ws: workspace.id, id: admin.memberId },
      body: { role: 'inviter' },
    });
    expect([changed.status, changed.text]).toEqual([200, changed.text]);
    await expectClosed(account, token, 'may not invite');
  });

  it('its role has become wider than its author, or was deleted', async () => {
    const narrow = await customRole([allow('workspace.read')]);
    const inviting = await customRole([allow('workspace.read'), allow('workspace.invite.*')]);
    const admin = await suite.addMember(owner.workspace, 'admin');
    const ws = { ws: owner.workspace.id };
    const give = (role: string) =>
      suite.call('updateMember', {
        auth: owner.session,
        params: { ...ws, id: admin.memberId },
        body: { role },
      });
    const edit = (actions: string[]) =>
      suite.call('updateWorkspaceRole', {
        auth: owner.session,
        params: { ...ws, role: narrow.id },
        body: { statements: actions.map(allow) },
      });
    const remove = () =>
      suite.call('deleteWorkspaceRole', { auth: owner.session, params: { ...ws, role: narrow.id } });
    expect((await give(inviting.id)).status).toBe(200);
    const account = await suite.createAccount();
    const { token } = await invited(account, { role: narrow.id, by: admin });
    expect((await edit(['workspace.read', 'workspace.update'])).status).toBe(200);
    await expectClosed(account, token, 'may not invite');
    // Open again it keeps its role from being deleted.
    expect((await edit(['workspace.read'])).status).toBe(200);
    const refused = await remove();
    expect([refused.status, refused.body.error.details[0].reason]).toEqual([409, '1 open invites give it']);
    expect((await give('member')).status).toBe(200);
    await expectClosed(account, token, 'may not invite');
    expect((await remove()).status).toBe(204);
    // Its author may invite again: not to the base of what is gone.
    expect((await give('admin')).status).toBe(200);
    await expectClosed(account, token, 'its role was deleted');
    const open = await suite.call('listWorkspaceInvites', {
      auth: owner.pat,
      params: ws,
      query: { limit: 100 },
    });
    expect(open.text).not.toContain(account.email);
  });

  it('its author has left or was demoted, or could no more give that role', async () => {
    const admin = await suite.addMember(owner.workspace, 'owner');
    const account = await suite.createAccount();
    const { token } = await invited(account, { role: 'owner', by: admin });
    await suite.setRole(admin, 'admin');
    await expectClosed(account, token, 'may not invite');
    const params = { ws: owner.workspace.id };
    const open = await suite.call('listWorkspaceInvites', { auth: owner.pat, params, query: { limit: 100 } });
    expect(open.text).not.toContain(account.email);
    await suite.call('removeMember', { auth: owner.pat, params: { ...params, id: admin.memberId } });
    await expectClosed(account, token, 'may not invite');
  });
});
