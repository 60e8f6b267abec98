import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const update = (id: string, body: object, auth = owner.session) =>
  suite.call('updateApiKey', { auth, params: { id }, body });
const create = async () =>
  (
    await suite.call('createApiKey', {
      auth: owner.session,
      body: { name: 'before', scopes: ['projects:read', 'user:read'] },
    })
  ).body.data;

describe('200', () => {
  it('renames', async () => {
    const { id } = await create();
    const answer = await update(id, { name: 'after' });
    expect(answer.body).toMatchObject({ message: 'API key updated', data: { id, name: 'after' } });
    expect(await auditRowOf(suite, answer)).toMatchObject({
      action: 'access-token.updated',
      log: owner.id,
      changes: { before: { name: 'before' }, after: { name: 'after' } },
    });
  });

  it('disables in every service before it answers, and enables', async () => {
    const { id, key } = await create();
    const use = () =>
      suite.call('listProjects', {
        auth: { apiKey: key },
        params: { organizationId: owner.workspace.id },
      });
    expect((await use()).status).toBe(200);
    const disabled = await update(id, { enabled: false });
    expect(disabled.body.data).toMatchObject({ enabled: false, status: 'disabled' });
    const refused = await use();
    expect([refused.status, refused.body.code]).toEqual([401, 'INVALID_API_KEY']);
    expect((await update(id, { enabled: true })).body.data).toMatchObject({ enabled: true });
    expect((await suite.call('getCurrentUser', { auth: { apiKey: key } })).status).toBe(200);
  });
});

describe('400 when', () => {
  it('nothing is changed, or the scopes are', async () => {
    const { id } = await create();
    for (const body of [{}, { scopes: ['user:read'] }, { enabled: 'yes' }])
      expect((await update(id, body)).body.code).toBe('VALIDATION_ERROR');
  });
});

describe('404 when', () => {
  it('it belongs to somebody else, or to nobody', async () => {
    const { patId } = await suite.createOwner();
    for (const id of [patId, 'ak_01HZ3K5R4X9Y2V6QF8TJ7W0CDN'])
      expect((await update(id, { name: 'mine' })).status).toBe(404);
  });
});
