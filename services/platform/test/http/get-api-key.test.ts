import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const get = (id: string, auth = owner.session) => suite.call('getApiKey', { auth, params: { id } });

describe('200', () => {
  it('takes every spelling of the id', async () => {
    const body = { name: 'one', scopes: ['user:read'] };
    const { id } = (await suite.call('createApiKey', { auth: owner.session, body })).body.data;
    const answer = await get(id);
    expect(answer.body.data).toMatchObject({ id, name: 'one', expiresAt: null });
    for (const spelt of [id.slice(3), `pat_${id.slice(3)}`])
      expect((await get(spelt)).body).toEqual(answer.body);
  });
});

describe('404 when', () => {
  it('it is revoked, somebody else’s, or absent', async () => {
    const member = await suite.addMember(owner.workspace, 'member');
    const theirs = await suite.mint(member, { kind: 'full' });
    const gone = await suite.mint(owner);
    await suite.revoke(owner, gone.id);
    for (const id of [theirs.id, gone.id, 'ak_01HZ3K5R4X9Y2V6QF8TJ7W0CDN']) {
      const { status, body } = await get(id);
      expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
    }
  });
});
