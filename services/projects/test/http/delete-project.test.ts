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
const remove = (projectId: string, auth = owner.pat) =>
  suite.call('deleteProject', { auth, params: { organizationId: organizationId(), projectId } });

describe('200', () => {
  it('deletes it for good, with its name in the log', async () => {
    const { id } = await create();
    const answer = await remove(id.slice(4));
    expect(answer.body).toEqual({
      success: true,
      status: 200,
      code: 'OK',
      message: 'Project deleted',
      data: { id },
    });
    expect((await remove(id)).status).toBe(404);
    expect(await auditRowOf(suite, answer)).toMatchObject({
      action: 'project.deleted',
      target: { type: 'project', id },
      changes: { before: { name: 'Website' }, after: null },
    });
  });

  it('needs projects:write, which seed 002 lets delete too', async () => {
    const { id } = await create();
    const reader = await suite.mint(owner, { scopes: ['projects:read'] });
    const writer = await suite.mint(owner, { scopes: ['projects:write'] });
    expect((await remove(id, reader.secret)).body.code).toBe('API_KEY_MISSING_SCOPES');
    expect((await remove(id, writer.secret)).status).toBe(200);
  });
});

describe('404 when', () => {
  it('it is in another organization, or nowhere, and nothing is deleted', async () => {
    const stranger = await suite.createOwner();
    const foreign = await create(stranger);
    for (const id of [foreign.id, 'prj_01HZ3K5R4X9Y2V6QF8TJ7W0CDN'])
      expect((await remove(id)).body.code).toBe('NOT_FOUND');
    const kept = await suite.call('getProject', {
      auth: stranger.pat,
      params: { organizationId: stranger.workspace.id, projectId: foreign.id },
    });
    expect(kept.status).toBe(200);
  });
});
