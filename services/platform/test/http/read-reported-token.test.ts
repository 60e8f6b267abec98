import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const read = (
  id: string,
  { ws = owner.workspace.id, asService = 'audit' }: { ws?: string; asService?: 'audit' | 'tokens' } = {},
) => suite.call('readReportedToken', { asService, params: { ws, id } });

describe('200', () => {
  it('tells audit what the PAT may do', async () => {
    const answer = await read(owner.patId);
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        ...{ id: owner.patId, name: 'test', status: 'active' },
        policy: [{ effect: 'allow', actions: ['*'], resources: ['*'] }],
      },
    ]);
  });
});

describe('403 when', () => {
  it('another service asks', async () => {
    expect((await read(owner.patId, { asService: 'tokens' })).status).toBe(403);
  });
});

describe('404 when', () => {
  it('it is no PAT of that workspace, or a revoked one', async () => {
    const other = await suite.createOwner();
    const { id } = await suite.mint(owner);
    await suite.revoke(owner, id);
    const statuses = [
      await read(createId('pat_')),
      await read(owner.patId, { ws: other.workspace.id }),
      await read(id),
    ];
    expect(statuses.map(({ status }) => status)).toEqual([404, 404, 404]);
  });
});
