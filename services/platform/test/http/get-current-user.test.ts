import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const get = (auth: string | { apiKey: string }) => suite.call('getCurrentUser', { auth });

describe('200', () => {
  it('shows the twelve fields of seed 002, in its order', async () => {
    const answer = await get(owner.session);
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body)).toEqual(['success', 'status', 'code', 'message', 'data']);
    expect(answer.body).toMatchObject({
      success: true,
      status: 200,
      code: 'OK',
      message: 'User fetched successfully',
    });
    const { data } = answer.body;
    expect(Object.keys(data)).toEqual([
      'id',
      'email',
      'fullName',
      'handle',
      'isVerified',
      'verifiedAt',
      'isActive',
      'lastLoginAt',
      'role',
      'organizationCount',
      'createdAt',
      'updatedAt',
    ]);
    expect(data).toMatchObject({
      id: owner.id.slice('acc_'.length),
      email: owner.email,
      fullName: owner.name,
      isVerified: false,
      verifiedAt: null,
      isActive: true,
      role: 'user',
      organizationCount: 1,
    });
    for (const at of ['lastLoginAt', 'createdAt', 'updatedAt'])
      expect(data[at]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(await auditRowOf(suite, answer)).toMatchObject({
      action: 'account.read',
      resource: `pcft:platform:account/${owner.id}`,
      log: owner.id,
      outcome: 'success',
    });
  });

  it('counts organizations, and tells when the address was verified', async () => {
    const member = await suite.addMember(owner.workspace, 'member');
    const at = '2026-04-05T10:05:00.000Z';
    await suite
      .database('platform', 'owner')
      .query('UPDATE account SET verified_at = $2 WHERE id = $1', [member.id, at]);
    const { data } = (await get(member.session)).body;
    expect(data).toMatchObject({ organizationCount: 2, isVerified: true, verifiedAt: at });
  });

  it('takes a PAT in X-Api-Key and as Bearer, pinned or not', async () => {
    const { secret } = await suite.mint(owner, { scopes: ['user:read'] });
    for (const auth of [secret, { apiKey: secret }])
      expect((await get(auth)).body.data.id).toBe(owner.id.slice(4));
  });
});

describe('403 when', () => {
  it('the scope is missing: in the words of seed 002', async () => {
    const { secret } = await suite.mint(owner, { scopes: ['projects:read'] });
    const answer = await get({ apiKey: secret });
    expect([answer.status, answer.body.code]).toEqual([403, 'API_KEY_MISSING_SCOPES']);
    expect(answer.headers['x-required-action']).toBe('account.read');
  });
});
