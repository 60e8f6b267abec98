import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const remove = (id: string, auth: string | { apiKey: string } = owner.session) =>
  suite.call('deleteApiKey', { auth, params: { id } });
const create = async (scopes: string[]) =>
  (await suite.call('createApiKey', { auth: owner.session, body: { name: 'short-lived', scopes } })).body
    .data;

describe('200', () => {
  it('ends it in every service before it answers, and again', async () => {
    const { id, key } = await create(['projects:read']);
    const use = () =>
      suite.call('listProjects', {
        auth: { apiKey: key },
        params: { organizationId: owner.workspace.id },
      });
    expect((await use()).status).toBe(200);
    const answer = await remove(id);
    expect(answer.body).toEqual({
      success: true,
      status: 200,
      code: 'OK',
      message: 'API key deleted',
      data: { id },
    });
    const refused = await use();
    expect([refused.status, refused.body.code]).toEqual([401, 'INVALID_API_KEY']);
    expect((await remove(id)).status).toBe(200);
    expect(await auditRowOf(suite, answer)).toMatchObject({
      action: 'access-token.revoked',
      required_action: 'account.api-key.delete',
      resource: `pcft:platform:account/${owner.id}/api-key/pat_${id.slice(3)}`,
    });
  });

  it('lets a key revoke itself', async () => {
    const { id, key } = await create(['api-keys:write']);
    expect((await remove(id, { apiKey: key })).status).toBe(200);
    expect((await remove(id, { apiKey: key })).status).toBe(401);
  });
});

describe('404 when', () => {
  it('it belongs to somebody else, or to nobody, and nothing happens to it', async () => {
    const stranger = await suite.createOwner();
    expect((await remove(stranger.patId)).status).toBe(404);
    expect((await remove('01HZ3K5R4X9Y2V6QF8TJ7W0CDN')).status).toBe(404);
    expect((await suite.call('introspect', { auth: stranger.pat })).status).toBe(200);
  });
});
