import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const day = 86_400;
const update = (body: object, to: Owner = owner, auth = to.session) =>
  suite.call('updateWorkspaceSettings', { auth, params: { ws: to.workspace.id }, body });
const mint = (to: Owner, body: object = {}, auth = to.session) =>
  suite.call('createAccessToken', {
    auth,
    params: { ws: to.workspace.id },
    body: { name: 'ci', policy: [{ effect: 'allow', actions: ['*'], resources: ['*'] }], ...body },
  });
/** At another service: its cache has to learn of it. */
const logsOf = (auth: string, to: Owner) =>
  suite.call('listWorkspaceAuditLogs', { auth, params: { ws: to.workspace.id } });
/** As only time itself could. */
const age = (id: string, days: number) =>
  suite
    .database('platform', 'owner')
    .query(`UPDATE access_token SET created_at = created_at - $2 * interval '1 day' WHERE id = $1`, [
      id,
      days,
    ]);

describe('200', () => {
  it('changes what is named, and says before and after in the log', async () => {
    const answer = await update({ leaked_token_action: 'quarantine', max_token_lifetime_seconds: 90 * day });
    expect(answer.body).toEqual({
      max_token_lifetime_seconds: 90 * day,
      who_may_mint: 'member',
      leaked_token_action: 'quarantine',
    });
    expect(await auditRowOf(suite, answer)).toMatchObject({
      action: 'workspace.settings-updated',
      changes: {
        before: { max_token_lifetime_seconds: null, leaked_token_action: 'revoke' },
        after: { max_token_lifetime_seconds: 90 * day, leaked_token_action: 'quarantine' },
      },
    });
    expect((await update({ max_token_lifetime_seconds: null })).body.max_token_lifetime_seconds).toBeNull();
  });

  it('lets admins do it', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    expect((await update({ leaked_token_action: 'revoke' }, owner, admin.session)).status).toBe(200);
  });
});

describe('a maximum lifetime', () => {
  it('is asked of whoever mints, in the words of the surface', async () => {
    const to = await suite.createOwner();
    await update({ max_token_lifetime_seconds: day }, to);
    for (const body of [{}, { expires_in: day + 1 }]) {
      const refused = await mint(to, body);
      expect([refused.status, refused.body.error.details[0].field]).toEqual([400, 'expires_in']);
      expect(refused.body.error.details[0].reason).toContain(String(day));
    }
    const parent = await mint(to, { expires_in: day });
    expect(parent.status).toBe(201);
    // A child ends with its parent.
    const child = await mint(to, {}, parent.body.secret);
    expect(child.body.expires_at).toBe(parent.body.expires_at);
    const key = await suite.call('createApiKey', {
      auth: to.session,
      body: { name: 'ci', scopes: ['user:read'], metadata: { organizationId: to.workspace.id } },
    });
    expect([key.status, key.body.meta.errors[0].field]).toEqual([400, 'expiresIn']);
  });

  it('ends PATs that exist at every service before it returns; a longer one brings them back', async () => {
    const to = await suite.createOwner();
    const old = (await mint(to)).body;
    const fresh = (await mint(to)).body;
    await age(old.id, 40);
    for (let round = 0; round < 5; round++) {
      await update({ max_token_lifetime_seconds: null }, to);
      expect((await logsOf(old.secret, to)).status).toBe(200);
      await update({ max_token_lifetime_seconds: 30 * day }, to);
      expect((await logsOf(old.secret, to)).status).toBe(401);
      expect((await suite.call('introspect', { auth: old.secret })).status).toBe(401);
      expect((await logsOf(fresh.secret, to)).status).toBe(200);
    }
    const params = { ws: to.workspace.id, id: old.id };
    const shown = (await suite.call('getAccessToken', { auth: to.session, params })).body;
    expect(shown).toMatchObject({
      status: 'expired',
      expires_at: new Date(Date.parse(shown.created_at) + 30 * day * 1000).toISOString(),
    });
    const { expires_at } = (await suite.call('introspect', { auth: fresh.secret })).body.principal;
    expect(Date.parse(expires_at)).toBe(Date.parse(fresh.created_at) + 30 * day * 1000);
  });

  it('ends a child with what its parent has left', async () => {
    const to = await suite.createOwner();
    const parent = (await mint(to)).body;
    const child = (await mint(to, {}, parent.secret)).body;
    await age(parent.id, 2);
    await update({ max_token_lifetime_seconds: day }, to);
    for (const secret of [parent.secret, child.secret]) expect((await logsOf(secret, to)).status).toBe(401);
  });

  it('bounds account-wide keys in this workspace, and nowhere else', async () => {
    const to = await suite.createOwner();
    const key = await suite.call('createApiKey', {
      auth: to.session,
      body: { name: 'wide', scopes: ['read'] },
    });
    const secret = key.body.data.key as string;
    await age(key.body.data.id.replace('ak_', 'pat_'), 2);
    expect((await logsOf(secret, to)).status).toBe(200);
    await update({ max_token_lifetime_seconds: day }, to);
    const refused = await logsOf(secret, to);
    expect([refused.status, refused.body.error.details[0].reason]).toEqual([
      403,
      expect.stringMatching(/denied by conditions: not-after/),
    ]);
    expect((await suite.call('getCurrentUser', { auth: secret })).status).toBe(200);
    const asked = { pat_id: key.body.data.id.replace('ak_', 'pat_'), workspace_id: to.workspace.id };
    const simulated = await suite.call('simulatePolicy', {
      auth: to.session,
      body: { ...asked, action: 'workspace.read', resource: `pcft:platform:workspace/${to.workspace.id}` },
    });
    expect([simulated.status, simulated.body.allowed ?? null]).not.toEqual([200, true]);
  });
});

describe('who may mint', () => {
  it('keeps lower roles from minting, also through their other PATs and account-wide keys', async () => {
    const to = await suite.createOwner();
    const admin = await suite.addMember(to.workspace, 'admin');
    const member = await suite.addMember(to.workspace, 'member');
    const before = (await mint(to, { policy: undefined, kind: 'full' }, member.session)).body;
    const wide = await suite.call('createApiKey', {
      auth: member.session,
      body: { name: 'wide', scopes: ['read', 'members:read'] },
    });
    const members = (auth: string) => suite.call('listMembers', { auth, params: { ws: to.workspace.id } });
    expect((await members(wide.body.data.key)).status).toBe(200);
    expect((await update({ who_may_mint: 'admin' }, to)).status).toBe(200);
    const kind = { policy: undefined, kind: 'full' };
    for (const auth of [member.session, before.secret]) {
      const refused = await mint(to, kind, auth);
      expect([refused.status, refused.body.error.code]).toEqual([403, 'FORBIDDEN']);
      expect(refused.body.error.details[0].reason).toContain('who_may_mint');
    }
    const pinned = await suite.call('createApiKey', {
      auth: member.session,
      body: { name: 'x', scopes: ['read'], metadata: { organizationId: to.workspace.id } },
    });
    expect([pinned.status, pinned.body.code]).toEqual([403, 'INSUFFICIENT_PERMISSIONS']);
    expect((await mint(to, kind, admin.session)).status).toBe(201);
    // What was minted here before goes on; a key that was minted elsewhere does not stand in for one minted here.
    expect((await members(before.secret)).status).toBe(200);
    expect((await members(wide.body.data.key)).status).toBe(403);
    await update({ who_may_mint: 'owner' }, to);
    expect((await mint(to, kind, admin.session)).status).toBe(403);
    expect((await mint(to, kind)).status).toBe(201);
    await update({ who_may_mint: 'member' }, to);
    expect((await members(wide.body.data.key)).status).toBe(200);
  });
});

describe('403 when', () => {
  it('a member asks', async () => {
    const member = await suite.addMember(owner.workspace, 'member');
    expect((await update({ who_may_mint: 'member' }, owner, member.session)).status).toBe(403);
  });
});

describe('400 when', () => {
  it.each([
    {},
    { max_token_lifetime_seconds: 59 },
    { max_token_lifetime_seconds: 1e12 },
    { who_may_mint: 'nobody' },
    { leaked_token_action: 'ignore' },
    { mode: 'test' },
  ])('the body is %j', async (body) => expect((await update(body)).status).toBe(400));
});
