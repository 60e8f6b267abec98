import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, uniqueName, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const update = (body: object, auth = owner.session, ws = owner.workspace.id) =>
  suite.call('updateWorkspace', { auth, params: { ws }, body });
const get = (ws: string) => suite.call('getWorkspace', { auth: owner.pat, params: { ws } });

describe('200', () => {
  it('changes the display name, and says so in the log', async () => {
    const answer = await update({ display_name: 'Acme & Söhne' }, owner.pat);
    expect(answer.body).toMatchObject({
      id: owner.workspace.id,
      display_name: 'Acme & Söhne',
      role: 'owner',
    });
    expect(await auditRowOf(suite, answer)).toMatchObject({
      action: 'workspace.updated',
      required_action: 'workspace.update',
      target: { type: 'workspace', id: owner.workspace.id },
      changes: { after: { display_name: 'Acme & Söhne' } },
    });
  });

  it('keeps every former slug as an alias for good, also in other services', async () => {
    const first = (await get(owner.workspace.id)).body.slug as string;
    const [second, third] = [uniqueName('ws'), uniqueName('ws')];
    expect((await update({ slug: second })).body.slug).toBe(second);
    expect((await update({ slug: third }, owner.session, first)).body.slug).toBe(third);
    for (const slug of [first, second, third]) {
      expect((await get(slug)).body).toMatchObject({ id: owner.workspace.id, slug: third });
      const logs = await suite.call('listWorkspaceAuditLogs', { auth: owner.pat, params: { ws: slug } });
      expect(logs.status).toBe(200);
    }
    expect((await update({ slug: first })).body.slug).toBe(first);
  });

  it('lets admins do it', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    expect((await update({ display_name: 'By an admin' }, admin.session)).body.role).toBe('admin');
  });
});

describe('409 when', () => {
  it('the slug is another workspace’s, or was once, and nothing has changed', async () => {
    const other = await suite.createOwner();
    const former = other.workspace.slug;
    const current = uniqueName('ws');
    await update({ slug: current }, other.session, other.workspace.id);
    const before = (await get(owner.workspace.id)).body;
    for (const slug of [former, current]) {
      const { status, body } = await update({ slug, display_name: 'Stolen' });
      expect([status, body.error.details]).toEqual([409, [{ field: 'slug', reason: 'is taken' }]]);
    }
    expect((await get(owner.workspace.id)).body).toEqual(before);
  });

  it('of many at once that want the same slug only one may have it', async () => {
    const rivals = await Promise.all([suite.createOwner(), suite.createOwner(), suite.createOwner()]);
    const slug = uniqueName('ws');
    const answers = await Promise.all(
      rivals.map((rival) => update({ slug }, rival.session, rival.workspace.id)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  });

  it('a workspace collects slugs', async () => {
    const collector = await suite.createOwner();
    const take = () => update({ slug: uniqueName('ws') }, collector.session, collector.workspace.id);
    for (let had = 1; had < 20; had++) expect((await take()).status).toBe(200);
    expect((await take()).status).toBe(409);
  });
});

describe('400 when', () => {
  it.each([{}, { slug: 'No' }, { slug: 'ws_x' }, { display_name: '' }, { name: 'x' }])(
    'the body is %j',
    async (body) => expect((await update(body)).status).toBe(400),
  );
});
