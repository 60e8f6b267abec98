import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const get = (id: string, auth = owner.session) =>
  suite.call('getAccessToken', { auth, params: { ws: owner.workspace.id, id } });

describe('200', () => {
  it('is what was created, without the secret', async () => {
    const { body } = await get(owner.patId);
    expect(body).toMatchObject({
      id: owner.patId,
      status: 'active',
      policy: [{ effect: 'allow', actions: ['*'], resources: ['*'] }],
    });
    expect(body).not.toHaveProperty('secret');
  });

  it('says that it has expired, and that a child is disabled with its parent', async () => {
    const parent = await suite.mint(owner);
    const child = await suite.mint({ session: parent.secret, workspace: owner.workspace });
    await suite.call('updateAccessToken', {
      auth: owner.session,
      params: { ws: owner.workspace.id, id: parent.id },
      body: { status: 'disabled' },
    });
    expect((await get(child.id)).body.status).toBe('disabled');
    const { id } = await suite.mint(owner, { kind: 'full', expires_in: 60 });
    await suite.database('platform').query(`UPDATE access_token SET expires_at = now() WHERE id = $1`, [id]);
    expect((await get(id)).body.status).toBe('expired');
  });
});

describe('404 when', () => {
  it('it is revoked', async () => {
    const { id } = await suite.mint(owner);
    await suite.revoke(owner, id);
    expect((await get(id)).status).toBe(404);
  });

  it('it is of another workspace, or of somebody else for a member', async () => {
    const stranger = await suite.createOwner();
    expect((await get(stranger.patId)).status).toBe(404);
    const member = await suite.addMember(owner.workspace, 'member');
    expect((await get(owner.patId, member.session)).status).toBe(404);
  });
});
