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
});

async function whoIs(session: string): Promise<{ id: string }> {
  return (await suite.call('introspect', { auth: session })).body.account as { id: string };
}
