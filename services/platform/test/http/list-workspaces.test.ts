import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, uniqueName, type Suite } from '@pcft/testing';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

describe('200', () => {
  it('lists the memberships of the account, oldest first, with its role in each', async () => {
    const { session, workspace } = await suite.createAccount();
    const other = await suite.createOwner();
    await suite.setRole({ id: (await whoIs(session)).id, workspace: other.workspace }, 'member');
    const slug = uniqueName('third');
    await suite.call('createWorkspace', { auth: session, body: { slug, display_name: 'Third' } });
    const { body } = await suite.call('listWorkspaces', { auth: session });
    expect(body.pagination).toEqual({ total: 3, limit: 20, offset: 0, has_more: false });
    const roles = Object.fromEntries(
      body.data.map((each: { slug: string; role: string }) => [each.slug, each.role]),
    );
    expect(roles).toEqual({ [workspace.slug]: 'owner', [other.workspace.slug]: 'member', [slug]: 'owner' });
    const times = body.data.map((each: { created_at: string }) => each.created_at);
    expect(times).toEqual([...times].sort());
  });

  it('says the custom role beside its base, and so do the lists of the quickstart', async () => {
    const owner = await suite.createOwner();
    const ws = { ws: owner.workspace.id };
    const statements = [
      { effect: 'allow', actions: ['workspace.list', 'workspace.member.list'], resources: ['*'] },
    ];
    const made = await suite.call('createWorkspaceRole', {
      ...{ auth: owner.session, params: ws, body: { name: uniqueName('role'), base: 'admin', statements } },
    });
    const custom = { id: made.body.id as string, name: made.body.name as string };
    const { session, memberId, id } = await suite.addMember(owner.workspace, 'member');
    const given = { auth: owner.session, params: { ...ws, id: memberId }, body: { role: custom.id } };
    expect((await suite.call('updateMember', given)).status).toBe(200);
    const { body } = await suite.call('listWorkspaces', { auth: session });
    const held = body.data.map((each: { id: string; role: string; custom_role: unknown }) => [
      each.id === owner.workspace.id,
      each.role,
      each.custom_role,
    ]);
    expect(held.sort()).toEqual([
      [false, 'owner', null],
      [true, 'admin', custom],
    ]);
    const organizations = await suite.call('listOrganizations', { auth: session });
    expect(organizations.body.data).toContainEqual(
      expect.objectContaining({ slug: owner.workspace.slug, role: 'admin', customRole: custom }),
    );
    const members = await suite.call('listOrganizationMembers', {
      auth: session,
      params: { organizationId: owner.workspace.id },
    });
    expect(members.body.data).toMatchObject([
      { userId: owner.id.slice(4), role: 'owner', customRole: null },
      { userId: id.slice(4), role: 'admin', customRole: custom },
    ]);
  });

  it('shows a pinned PAT only its workspace', async () => {
    const { pat, session, workspace } = await suite.createOwner();
    await suite.call('createWorkspace', {
      auth: session,
      body: { slug: uniqueName('more'), display_name: 'More' },
    });
    const { body } = await suite.call('listWorkspaces', { auth: pat });
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual([workspace.id]);
  });

  it('pages', async () => {
    const { session } = await suite.createAccount();
    for (const name of ['b', 'c'])
      await suite.call('createWorkspace', {
        auth: session,
        body: { slug: uniqueName(name), display_name: name },
      });
    const page = (offset: number) =>
      suite.call('listWorkspaces', { auth: session, query: { limit: 2, offset } });
    const [first, second] = [await page(0), await page(2)];
    expect(first.body.pagination).toEqual({ total: 3, limit: 2, offset: 0, has_more: true });
    expect(second.body.pagination).toEqual({ total: 3, limit: 2, offset: 2, has_more: false });
    expect([...first.body.data, ...second.body.data].map(({ display_name: name }) => name).slice(1)).toEqual([
      'b',
      'c',
    ]);
  });

  it('lists what its owner has closed, so that it can be restored', async () => {
    const owner = await suite.createOwner();
    const { body: test } = await suite.call('createWorkspace', {
      auth: owner.session,
      body: { slug: uniqueName('closing'), display_name: 'Closing', mode: 'test' },
    });
    const admin = await suite.addMember(test, 'admin');
    const closed = async (auth: string) => suite.call('listWorkspaces', { auth, query: { state: 'closed' } });
    expect((await closed(owner.session)).body.data).toEqual([]);
    for (const ws of [owner.workspace.id, test.id])
      await suite.call('deleteWorkspace', { auth: owner.session, params: { ws } });
    const { body } = await closed(owner.session);
    expect(body.pagination.total).toBe(2);
    expect(body.data).toMatchObject([
      { id: test.id, role: 'owner', mode: 'test', plan: 'free' },
      { id: owner.workspace.id, mode: 'live' },
    ]);
    const [{ closed_at: at, restorable_until: until }] = body.data;
    expect(Date.parse(until) - Date.parse(at)).toBe(30 * 86_400_000);
    expect((await closed(admin.session)).body.data).toEqual([]);
    const open = await suite.call('listWorkspaces', { auth: owner.session, query: { state: 'open' } });
    expect(open.body.data).toEqual([]);
    await suite.call('restoreWorkspace', { auth: owner.session, params: { ws: body.data[0].slug } });
    expect((await closed(owner.session)).body.pagination.total).toBe(1);
  });
});

describe('403 when', () => {
  it('a token asks for closed workspaces', async () => {
    const { pat } = await suite.createOwner();
    expect((await suite.call('listWorkspaces', { auth: pat, query: { state: 'closed' } })).status).toBe(403);
  });
});

async function whoIs(session: string): Promise<{ id: string }> {
  return (await suite.call('introspect', { auth: session })).body.account as { id: string };
}
