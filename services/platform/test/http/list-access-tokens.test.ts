import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Member, type MintedToken, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
let member: Member;
let ofMember: MintedToken;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
  member = await suite.addMember(owner.workspace, 'member');
  ofMember = await suite.mint(member, { kind: 'read-only' });
});
afterAll(() => suite.close());

const list = async (auth: string, query = {}) =>
  (await suite.call('listAccessTokens', { auth, params: { ws: owner.workspace.id }, query })).body;
const idsIn = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id);

describe('200', () => {
  it('shows owners and admins all PATs of the workspace, members their own', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    expect(idsIn(await list(owner.pat))).toEqual([owner.patId, ofMember.id]);
    expect(idsIn(await list(admin.session))).toEqual([owner.patId, ofMember.id]);
    expect(idsIn(await list(member.session))).toEqual([ofMember.id]);
    expect((await list(member.session)).pagination.total).toBe(1);
  });

  it('shows no secret, only what it begins and ends with', async () => {
    const text = JSON.stringify(await list(owner.pat));
    expect(text).not.toContain('secret');
    expect(text).not.toContain(owner.pat.slice(10));
    expect(text).toContain(owner.pat.slice(-4));
  });

  it('leaves revoked ones out', async () => {
    const { id } = await suite.mint(owner);
    expect(idsIn(await list(owner.pat))).toContain(id);
    await suite.revoke(owner, id);
    expect(idsIn(await list(owner.pat))).not.toContain(id);
  });

  it('pages', async () => {
    const all = idsIn(await list(owner.pat));
    const page = await list(owner.pat, { limit: 1, offset: 1 });
    expect(idsIn(page)).toEqual([all[1]]);
    expect(page.pagination).toEqual({ total: all.length, limit: 1, offset: 1, has_more: false });
  });

  it('says when a PAT was last used, and from where', async () => {
    const { id, secret } = await suite.mint(owner);
    await suite.call('introspect', { auth: secret });
    const until = Date.now() + 12_000;
    for (;;) {
      const params = { ws: owner.workspace.id, id };
      const { body } = await suite.call('getAccessToken', { auth: owner.pat, params });
      if (body.last_used_at !== null) {
        expect(body.last_used_ip).toMatch(/^(127\.0\.0\.1|::1)$/);
        return;
      }
      if (Date.now() > until) throw new Error('its use was not noted');
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  });
});
