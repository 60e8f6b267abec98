import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { auditRowOf, connectSuite, linkIn, uniqueName, type Owner, type Suite } from '@pcft/testing';
import { mailedToken, subjects } from '../mailed-token.ts';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const allow = (action: string) => ({ effect: 'allow', actions: [action], resources: ['*'] });
const [reading, inviting] = [allow('workspace.read'), allow('workspace.invite.*')];

async function customRole({ session, workspace }: Owner, statements: object[]) {
  const body = { name: uniqueName('role'), base: 'admin', statements };
  const made = await suite.call('createWorkspaceRole', { auth: session, params: { ws: workspace.id }, body });
  expect([made.status, made.text]).toEqual([201, made.text]);
  return made.body as { id: string; name: string };
}

const guest = () => `${uniqueName('guest')}@example.com`;
const invite = (body: object, auth = owner.pat, ws = owner.workspace.id) =>
  suite.call('createWorkspaceInvite', { auth, params: { ws }, body });
const list = async (auth = owner.pat) =>
  (
    await suite.call('listWorkspaceInvites', {
      auth,
      params: { ws: owner.workspace.id },
      query: { limit: 100 },
    })
  ).body.data as { id: string; email: string }[];

describe('201', () => {
  it('sends the link to the invited address, shows it nowhere else, and lists the invite', async () => {
    const email = guest();
    const answer = await invite({ email, role: 'admin', expires_in_hours: 24 });
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^inv_/),
      email,
      role: 'admin',
      role_id: 'admin',
      invited_by: { account_id: owner.id, display_name: owner.name },
      created_at: expect.any(String),
      expires_at: expect.any(String),
    });
    const hours = (Date.parse(answer.body.expires_at) - Date.parse(answer.body.created_at)) / 3_600_000;
    expect(hours).toBe(24);
    const mail = await suite.inbox.waitFor({ to: email, subject: subjects.invite });
    expect(linkIn(mail).href).toMatch(/\/account\/accept-invite#token=inv_tok_\w{36}$/);
    expect(answer.text).not.toContain('inv_tok_');
    expect(await list()).toContainEqual(answer.body);
    const row = await auditRowOf(suite, answer);
    expect(row).toMatchObject({
      action: 'workspace.invite-created',
      required_action: 'workspace.invite.create',
      target: { type: 'invite', id: answer.body.id },
    });
    expect(JSON.stringify(row)).not.toContain('inv_tok_');
  });

  it('invites to a custom role, by name or id; the mail names it, and the list shows it as members show theirs', async () => {
    const role = await customRole(owner, [reading]);
    for (const reference of [role.id, role.name]) {
      const email = guest();
      const answer = await invite({ email, role: reference });
      expect([answer.status, answer.body.role, answer.body.role_id]).toEqual([201, role.name, role.id]);
      expect(await list()).toContainEqual(answer.body);
      const { text } = await suite.inbox.waitFor({ to: email, subject: subjects.invite });
      expect(text).toContain(`as ${role.name}.`);
      expect(await auditRowOf(suite, answer)).toMatchObject({
        metadata: { role: role.name, role_id: role.id },
      });
    }
  });

  it('replaces the open invite to the same address', async () => {
    const email = guest();
    const first = await invite({ email, role: 'member' });
    const token = await mailedToken(suite, { to: email, subject: subjects.invite });
    const second = await invite({ email: email.toUpperCase(), role: 'admin' });
    const ids = (await list()).map(({ id }) => id);
    expect([ids.includes(first.body.id), ids.includes(second.body.id)]).toEqual([false, true]);
    const account = await suite.createAccount();
    const late = await suite.call('acceptWorkspaceInvite', { auth: account.session, params: { token } });
    expect(late.status).toBe(403); // another address; what became of the invite is not told
  });

  it('sends no link of ours that somebody has typed', async () => {
    const name = 'Win at https://evil.example/now';
    await suite.call('updateWorkspace', {
      auth: owner.pat,
      params: { ws: owner.workspace.id },
      body: { display_name: name },
    });
    const email = guest();
    await invite({ email, role: 'member' });
    const mail = await suite.inbox.waitFor({ to: email, subject: subjects.invite });
    expect(mail.text.match(/https?:\/\/\S+/g)).toHaveLength(1);
    expect(linkIn(mail).pathname).toBe('/account/accept-invite');
  });
});

describe('403 when', () => {
  it('an admin invites an owner', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    const answer = await invite({ email: guest(), role: 'owner' }, admin.session);
    expect([answer.status, answer.headers['x-required-action']]).toEqual([403, 'workspace.invite.create']);
    expect(answer.body.error.details[0].reason).toContain('the role owner is needed, yours is admin');
    expect((await invite({ email: guest(), role: 'owner' })).status).toBe(201);
  });

  it('an admin with a custom role invites to a wider one', async () => {
    const own = await customRole(owner, [inviting, reading]);
    const admin = await suite.addMember(owner.workspace, 'admin');
    const params = { ws: owner.workspace.id, id: admin.memberId };
    await suite.call('updateMember', { auth: owner.session, params, body: { role: own.id } });
    const wider = await customRole(owner, [reading, allow('workspace.update')]);
    const refused = await invite({ email: guest(), role: wider.id }, admin.session);
    expect([refused.status, refused.headers['x-required-action']]).toEqual([403, 'workspace.invite.create']);
    expect(refused.body.error.details[0].reason).toContain('grants workspace.update on *');
    const narrower = await customRole(owner, [reading]);
    expect((await invite({ email: guest(), role: narrower.id }, admin.session)).status).toBe(201);
  });
});

describe('404 when', () => {
  it('the role is foreign or unknown, all alike', async () => {
    const foreign = await customRole(await suite.createOwner(), [reading]);
    const answers = [];
    for (const role of [foreign.id, foreign.name, createId('rol_')])
      answers.push(await invite({ email: guest(), role }));
    expect(answers.map(({ status, body }) => [status, body.error.details])).toEqual(
      answers.map(() => [404, [{ field: 'role', reason: 'is no role of the workspace' }]]),
    );
  });
});

describe('409 when', () => {
  it('the address is that of a member, in any case', async () => {
    const answer = await invite({ email: owner.email.toUpperCase(), role: 'member' });
    expect([answer.status, answer.body.error.details[0].field]).toEqual([409, 'email']);
  });
});

describe('429 when', () => {
  it('the workspace has sent many, or the address was sent several', async () => {
    const { name, url } = await suite.control.startInstance('platform', {
      LIMIT_INVITE: '1',
      LIMIT_MAIL: '1',
    });
    const on = url as `http${string}`;
    const [one, two] = [await suite.createOwner(), await suite.createOwner()];
    const email = guest();
    const send = (auth: Owner, to: string) =>
      suite.call('createWorkspaceInvite', {
        auth: auth.pat,
        params: { ws: auth.workspace.id },
        body: { email: to, role: 'member' },
        on,
      });
    expect((await send(one, email)).status).toBe(201);
    for (const refused of [await send(one, guest()), await send(two, email)]) {
      expect(refused.status).toBe(429);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(60);
    }
    await suite.control.stop(name);
  }, 60_000);
});
