import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Suite } from '@pcft/testing';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

describe('200', () => {
  it('says what the plan allows and what of it is used', async () => {
    const owner = await suite.createOwner();
    const plan = async () =>
      (await suite.call('getWorkspacePlan', { auth: owner.pat, params: { ws: owner.workspace.slug } })).body;
    const before = await plan();
    expect(before).toMatchObject({ id: 'free', used: { members: 1, access_tokens: 1 } });
    await suite.addMember(owner.workspace, 'member');
    const { id } = await suite.mint(owner);
    expect((await plan()).used).toMatchObject({ members: 2, access_tokens: 2 });
    await suite.revoke(owner, id);
    expect((await plan()).used).toMatchObject({ members: 2, access_tokens: 1 });
    const { from, to } = before.billing_period;
    expect([from, to].map((text: string) => text.slice(7))).toEqual(Array(2).fill('-01T00:00:00.000Z'));
    expect(Date.parse(from)).toBeLessThanOrEqual(Date.now());
    expect(Date.parse(to)).toBeGreaterThan(Date.now());
  });

  it('is what a key with `subscription:read` may see', async () => {
    const owner = await suite.createOwner();
    const params = { ws: owner.workspace.id };
    const reader = await suite.mint(owner, { scopes: ['subscription:read'] });
    expect((await suite.call('getWorkspacePlan', { auth: reader.secret, params })).status).toBe(200);
    const body = { plan: 'pro' };
    expect((await suite.call('updateWorkspacePlan', { auth: reader.secret, params, body })).status).toBe(403);
  });
});
