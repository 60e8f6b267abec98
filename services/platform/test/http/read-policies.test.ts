import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, uniqueName, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const allow = (actions: string[]) => ({ effect: 'allow', actions, resources: ['*'] });
const [audit, members] = [allow(['workspace.audit.read']), allow(['workspace.member.list'])];
const ws = () => ({ ws: owner.workspace.id });

async function policyWith(statements: object[]): Promise<string> {
  const body = { name: uniqueName('policy'), statements };
  return (await suite.call('createPolicy', { auth: owner.session, params: ws(), body })).body.id as string;
}

describe('listPolicies and getPolicy: 200', () => {
  it('show members what there is, with how many use it', async () => {
    const policy = await policyWith([audit]);
    await suite.mint(owner, { policy_ids: [policy] });
    const revoked = await suite.mint(owner, { policy_ids: [policy] });
    await suite.revoke(owner, revoked.id);
    const member = await suite.addMember(owner.workspace, 'member');
    const listed = await suite.call('listPolicies', { auth: member.session, params: ws() });
    expect(listed.body.data.map(({ id }: { id: string }) => id)).toContain(policy);
    const { body } = await suite.call('getPolicy', { auth: member.session, params: { ...ws(), policy } });
    expect(body).toMatchObject({ id: policy, attached: { tokens: 1, roles: 0 }, warnings: [] });
  });
});

describe('listPolicyVersions and getPolicyVersion', () => {
  it('200: show what was said once, for good', async () => {
    const policy = await policyWith([audit]);
    const params = { ...ws(), policy };
    await suite.call('updatePolicy', { auth: owner.session, params, body: { statements: [members] } });
    const { body } = await suite.call('listPolicyVersions', { auth: owner.pat, params });
    expect(body.data).toMatchObject([
      { policy_id: policy, version: 2, current: true, statements: [members], created_by: owner.id },
      { policy_id: policy, version: 1, current: false, statements: [audit] },
    ]);
    const one = await suite.call('getPolicyVersion', {
      auth: owner.pat,
      params: { ...params, version: '1' },
    });
    expect(one.body).toEqual(body.data[1]);
  });

  it('404: no such version', async () => {
    const params = { ...ws(), policy: await policyWith([audit]), version: '2' };
    expect((await suite.call('getPolicyVersion', { auth: owner.pat, params })).status).toBe(404);
  });

  it('cannot be changed by the service that keeps them', async () => {
    const database = suite.database('platform');
    for (const sql of ['UPDATE managed_policy_version SET version = 9', 'DELETE FROM managed_policy_version'])
      await expect(database.query(sql)).rejects.toThrow('permission denied');
    await expect(database.query('DELETE FROM managed_policy')).rejects.toThrow('permission denied');
  });
});

describe('deletePolicy', () => {
  const remove = (policy: string) =>
    suite.call('deletePolicy', { auth: owner.session, params: { ...ws(), policy } });

  it('409: while tokens or roles name it, with how many; 204 after that; 404 then', async () => {
    const policy = await policyWith([audit]);
    const token = await suite.mint(owner, { policy_ids: [policy] });
    const body = { name: uniqueName('role'), base: 'admin', policy_ids: [policy] };
    const role = await suite.call('createWorkspaceRole', { auth: owner.session, params: ws(), body });
    const refused = await remove(policy);
    expect([refused.status, refused.body.error.details]).toEqual([
      409,
      [{ field: 'policy', reason: '1 tokens and 1 roles name it' }],
    ]);
    await suite.revoke(owner, token.id);
    const params = { ...ws(), role: role.body.id as string };
    expect((await suite.call('deleteWorkspaceRole', { auth: owner.session, params })).status).toBe(204);
    expect((await remove(policy)).status).toBe(204);
    expect((await remove(policy)).status).toBe(404);
    const mint = { auth: owner.session, params: ws(), body: { name: 'x', policy_ids: [policy] } };
    expect((await suite.call('createAccessToken', mint)).status).toBe(404);
  });

  it('leaves no token behind that names what was deleted at the same moment', async () => {
    for (let round = 0; round < 5; round++) {
      const policy = await policyWith([audit]);
      const [minted, removed] = await Promise.all([
        suite.call('createAccessToken', {
          auth: owner.session,
          params: ws(),
          body: { name: 'x', policy_ids: [policy] },
        }),
        remove(policy),
      ]);
      expect([
        [201, 409],
        [404, 204],
      ]).toContainEqual([minted.status, removed.status]);
    }
  });
});
