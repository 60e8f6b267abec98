import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { actionCatalogue, allOperations, authorizationOf } from '@pcft/contracts';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const list = (auth: string, query = {}) => suite.call('listActions', { auth, query });

describe('200', () => {
  it('lists every action that an operation declares, once, over as many pages as it takes', async () => {
    const actions: string[] = [];
    let more = true;
    while (more) {
      const { body } = await list(owner.pat, { limit: 7, offset: actions.length });
      actions.push(...body.data.map(({ action }: { action: string }) => action));
      expect(body.pagination.total).toBe(actionCatalogue.length);
      more = body.pagination.has_more;
    }
    const declared = allOperations.flatMap((operation) => authorizationOf(operation)?.action ?? []);
    expect(actions).toEqual([...new Set(declared)].sort());
  });

  it('says of each what it is, who may have it and which scopes hold it', async () => {
    const { body } = await list(owner.session, { limit: 100 });
    const of = (name: string) => body.data.find(({ action }: { action: string }) => action === name);
    expect(of('workspace.member.list')).toEqual({
      action: 'workspace.member.list',
      description: 'List the members of a workspace',
      access: 'list',
      resource: 'pcft:platform:workspace/{workspace}/member/*',
      lowest_role: 'member',
      scopes: ['read', 'members:read'],
    });
    expect(of('workspace.delete')).toMatchObject({ access: 'delete', lowest_role: 'owner' });
  });

  it('tells any good credential, whatever its policy', async () => {
    const { secret } = await suite.mint(owner, {
      policy: [{ effect: 'deny', actions: ['*'], resources: ['*'] }],
    });
    expect((await list(secret)).status).toBe(200);
  });
});
