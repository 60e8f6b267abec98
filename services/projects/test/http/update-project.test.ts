import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const organizationId = () => owner.workspace.id;
const create = async (by: Owner = owner) =>
  (
    await suite.call('createProject', {
      auth: by.pat,
      params: { organizationId: by.workspace.id },
      body: { name: 'Website' },
    })
  ).body.data;
const rename = (projectId: string, body: object = { name: 'Renamed' }) =>
  suite.call('updateProject', {
    auth: owner.pat,
    params: { organizationId: organizationId(), projectId },
    body,
  });

describe('200', () => {
  it('renames it, with both names in the log', async () => {
    const project = await create();
    const answer = await rename(project.id);
    const { updatedAt, ...rest } = answer.body.data;
    expect(answer.body.message).toBe('Project updated');
    expect({ ...rest, updatedAt: project.updatedAt }).toEqual({ ...project, name: 'Renamed' });
    expect(updatedAt >= project.updatedAt).toBe(true);
    expect(await auditRowOf(suite, answer)).toMatchObject({
      action: 'project.updated',
      resource: `pcft:projects:project/${project.id}`,
      changes: { before: { name: 'Website' }, after: { name: 'Renamed' } },
    });
  });

  it('by two at once leaves one of the two names, and a row for each that begins where the other ended', async () => {
    const { id } = await create();
    const [a, b] = await Promise.all([rename(id, { name: 'A' }), rename(id, { name: 'B' })]);
    const rows = [await auditRowOf(suite, a), await auditRowOf(suite, b)];
    const before = rows.map(({ changes }) => (changes?.before as { name: string }).name);
    expect(before).toContain('Website');
    expect(['A', 'B']).toContain(before.find((name) => name !== 'Website'));
  });
});

describe('404 when', () => {
  it('it is in another organization, or nowhere, and nothing changes', async () => {
    const stranger = await suite.createOwner();
    const foreign = await create(stranger);
    for (const id of [foreign.id, 'prj_01HZ3K5R4X9Y2V6QF8TJ7W0CDN'])
      expect((await rename(id)).body.code).toBe('NOT_FOUND');
    const kept = await suite.call('getProject', {
      auth: stranger.pat,
      params: { organizationId: stranger.workspace.id, projectId: foreign.id },
    });
    expect(kept.body.data).toEqual(foreign);
  });
});
