import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const create = (body: object, auth: string | { apiKey: string } = owner.session) =>
  suite.call('createApiKey', { auth, body: { name: 'CI deploy bot', scopes: ['user:read'], ...body } });
const me = (key: string) => suite.call('getCurrentUser', { auth: { apiKey: key } });
const members = (key: string, organizationId: string) =>
  suite.call('listOrganizationMembers', { auth: { apiKey: key }, params: { organizationId } });

describe('200', () => {
  it('answers as seed 002 prints it, and shows the key this once', async () => {
    const scopes = ['user:read', 'projects:read', 'projects:write'];
    const before = Date.now();
    const answer = await create({ expiresIn: 2_592_000, scopes });
    const { data, ...envelope } = answer.body;
    expect(envelope).toEqual({ success: true, status: 200, code: 'OK', message: 'API key created' });
    expect(Object.keys(data)).toEqual(['id', 'name', 'key', 'scopes', 'expiresAt']);
    expect(data).toMatchObject({ name: 'CI deploy bot', scopes });
    expect(data.id).toMatch(/^ak_[0-9A-Z]{26}$/);
    expect(data.key).toMatch(/^ba_[0-9A-Za-z]{36}$/);
    expect(Math.abs(Date.parse(data.expiresAt) - before - 2_592_000_000)).toBeLessThan(60_000);
    expect((await me(data.key)).status).toBe(200);
    const { rows } = await suite
      .database('platform')
      .query<{ row: string }>('SELECT access_token::text AS row FROM access_token WHERE id = $1', [
        `pat_${data.id.slice(3)}`,
      ]);
    expect(rows[0]?.row).not.toContain(data.key.slice(3, 33));
    const row = await auditRowOf(suite, answer);
    expect(row).toMatchObject({
      action: 'access-token.created',
      required_action: 'account.api-key.create',
      log: owner.id,
      target: { type: 'access-token', id: `pat_${data.id.slice(3)}` },
    });
    expect(JSON.stringify(row)).not.toContain(data.key.slice(3));
  });

  it('reaches every organization of the account, each within the role there', async () => {
    const member = await suite.addMember(owner.workspace, 'member');
    const { data } = (await create({ scopes: ['members:read', 'read'] }, member.session)).body;
    expect(data.expiresAt).toBeNull();
    expect((await members(data.key, owner.workspace.id)).status).toBe(200);
    const own = (await suite.call('listOrganizations', { auth: member.session })).body.data.find(
      ({ role }: { role: string }) => role === 'owner',
    );
    expect((await members(data.key, own.id)).status).toBe(200);
    const logs = (ws: string) => suite.call('listWorkspaceAuditLogs', { auth: data.key, params: { ws } });
    expect((await logs(own.slug)).status).toBe(200);
    expect((await logs(owner.workspace.id)).status).toBe(403);
  });

  it.each([
    ['bare', (id: string) => id.slice(3)],
    ['in full', (id: string) => id],
  ])('pins it to the organization whose id is given %s', async (_, spelt) => {
    const member = await suite.addMember(owner.workspace, 'member');
    const answer = await create(
      { scopes: ['members:read'], metadata: { organizationId: spelt(owner.workspace.id) } },
      member.session,
    );
    const { key } = answer.body.data;
    expect((await members(key, owner.workspace.id)).status).toBe(200);
    const own = (await suite.call('listOrganizations', { auth: member.session })).body.data.find(
      ({ role }: { role: string }) => role === 'owner',
    );
    const refused = await members(key, own.id);
    expect([refused.status, refused.body.code]).toEqual([403, 'FORBIDDEN']);
    // The workspace's own log tells of the key, and its owner sees it.
    expect(await auditRowOf(suite, answer)).toMatchObject({ log: owner.workspace.id });
    const pat = await suite.call('getAccessToken', {
      auth: owner.session,
      params: { ws: owner.workspace.id, id: `pat_${answer.body.data.id.slice(3)}` },
    });
    expect(pat.body).toMatchObject({ token_prefix: 'ba_', account_id: member.id });
  });

  it('caps scopes by the role in the pinned organization, down to nothing', async () => {
    const member = await suite.addMember(owner.workspace, 'member');
    const metadata = { organizationId: owner.workspace.id };
    const { status, body } = await create({ scopes: ['admin'], metadata }, member.session);
    expect(status).toBe(200);
    const introspection = await suite.call('introspect', { auth: body.data.key });
    const actions = introspection.body.policy.flatMap(
      (statement: { actions: string[] }) => statement.actions,
    );
    expect(actions).not.toContain('heimdall.api-key.create');
    expect(actions).toContain('workspace.api-key.create');
  });
});

describe('200 for a child of a key', () => {
  it('mints only narrower keys, which end with it', async () => {
    const parent = (await create({ scopes: ['user:read', 'api-keys:write'], expiresIn: 600 })).body.data;
    const child = await create({ scopes: ['user:read', 'members:read'], expiresIn: 6000 }, parent.key);
    expect(child.status).toBe(200);
    expect(child.body.data.expiresAt).toBe(parent.expiresAt);
    expect((await me(child.body.data.key)).status).toBe(200);
    const refused = await members(child.body.data.key, owner.workspace.id);
    expect([refused.status, refused.body.code]).toEqual([403, 'API_KEY_MISSING_SCOPES']);
    await suite.call('deleteApiKey', { auth: owner.session, params: { id: parent.id } });
    expect((await me(child.body.data.key)).body.code).toBe('INVALID_API_KEY');
  });
});

describe('400 when', () => {
  it.each([
    ['a scope is unknown', { scopes: ['user:read', 'everything'] }, 'scopes[1]'],
    ['there are no scopes', { scopes: [] }, 'scopes'],
    ['it would end before it begins', { expiresIn: 0 }, 'expiresIn'],
    ['the organization is no id', { metadata: { organizationId: 'acme' } }, 'metadata.organizationId'],
    ['metadata says something else', { metadata: { team: 'x' } }, 'metadata.team'],
  ])('%s', async (_, body, field) => {
    const answer = await create(body);
    expect([answer.status, answer.body.code, answer.body.meta.errors[0].field]).toEqual([
      400,
      'VALIDATION_ERROR',
      field,
    ]);
  });
});

describe('403 when', () => {
  it('the organization is foreign or absent', async () => {
    const stranger = await suite.createOwner();
    // A ULID holds 128 bits: the last of them is larger than any.
    for (const organizationId of [
      stranger.workspace.id,
      'ws_01HZ3K5R4X9Y2V6QF8TJ7W0CDN',
      '8ZZZZZZZZZZZZZZZZZZZZZZZZZ',
    ]) {
      const { status, body } = await create({ metadata: { organizationId } });
      expect([status, body.code]).toEqual([403, 'FORBIDDEN']);
    }
  });

  it('a key without api-keys:write asks, or one that is pinned', async () => {
    const plain = (await create({ scopes: ['user:read'] })).body.data.key;
    expect((await create({}, plain)).body.code).toBe('API_KEY_MISSING_SCOPES');
    expect((await create({}, owner.pat)).body.code).toBe('FORBIDDEN');
  });
});
