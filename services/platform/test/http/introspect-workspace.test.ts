import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, uniqueName, type Owner, type Suite } from '@pcft/testing';
import { askAsService } from '../ask-as-service.ts';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const introspect = (id: string, auth = owner.pat) =>
  suite.call('introspectWorkspace', { auth, params: { id } });
const asService = (id: string, auth?: string) =>
  askAsService(suite, '/v1/introspect/workspaces/:id', auth, { id });
const everything = [{ effect: 'allow', actions: ['*'], resources: ['*'] }];

describe('200', () => {
  it('resolves a PAT by id, by slug and by what it implies', async () => {
    const expected = {
      ...owner.workspace,
      is_member: true,
      role: { id: 'owner', name: 'owner' },
      policy: everything,
      role_cap: 'owner',
      conditions: null,
      services: ['platform', 'heimdall', 'audit', 'projects'],
      plan: 'free',
      mode: 'live',
      version: expect.any(String),
    };
    for (const reference of [owner.workspace.id, owner.workspace.slug, '-'])
      expect((await introspect(reference)).body).toEqual(expected);
  });

  it('looks the same for a foreign workspace and for none', async () => {
    const stranger = await suite.createOwner();
    for (const reference of [stranger.workspace.id, stranger.workspace.slug, 'no-such-workspace'])
      expect((await introspect(reference)).body).toEqual({
        is_member: false,
        role: null,
        policy: [],
        services: [],
      });
  });

  it('says that the PAT is pinned elsewhere', async () => {
    const slug = uniqueName('second');
    await suite.call('createWorkspace', { auth: owner.session, body: { slug, display_name: 'Second' } });
    expect((await introspect(slug)).body).toMatchObject({ is_member: true, pinned: true, policy: [] });
    expect((await introspect(slug, owner.session)).body).toMatchObject({
      is_member: true,
      policy: everything,
    });
  });

  it('follows the role of the moment', async () => {
    const member = await suite.addMember(owner.workspace, 'admin');
    const { secret } = await suite.mint(member, { kind: 'full' });
    expect((await introspect('-', secret)).body.role_cap).toBe('admin');
    await suite.setRole(member, 'member');
    expect((await introspect('-', secret)).body.role_cap).toBe('member');
  });
});

describe('200 for a service', () => {
  it('adds what is needed to decide and to cache', async () => {
    const { id, secret } = await suite.mint(owner, { kind: 'full', expires_in: 60 });
    const { body } = await asService(owner.workspace.id, secret);
    expect(body).toMatchObject({
      active: true,
      ambiguous: false,
      principal: {
        type: 'pat',
        id,
        name: 'test',
        account_id: owner.id,
        workspace_id: owner.workspace.id,
      },
      account_policy: everything,
      ancestors: [],
      epoch: expect.any(String),
      pos: expect.any(Number),
    });
    expect(body['ttl_ms']).toBeGreaterThan(50_000);
    expect(body['ttl_ms']).toBeLessThanOrEqual(60_000);
  });

  it('names what a child token rests on', async () => {
    const child = await suite.mint({ session: owner.pat, workspace: owner.workspace });
    expect((await asService('-', child.secret)).body['ancestors']).toEqual([owner.patId]);
  });

  it('is ambiguous where nothing is implied', async () => {
    const member = await suite.addMember(owner.workspace, 'member');
    const { body } = await asService('-', member.session);
    expect(body).toMatchObject({ active: true, ambiguous: true, is_member: false, policy: [] });
  });

  it.each(['revoked', 'disabled', 'expired'])('says that a credential is %s', async (reason) => {
    const { id, secret } = await suite.mint(owner);
    const column = { revoked: 'revoked_at', disabled: 'disabled_at', expired: 'expires_at' }[reason];
    await suite.database('platform').query(`UPDATE access_token SET ${column} = now() WHERE id = $1`, [id]);
    const { status, body } = await asService(owner.workspace.id, secret);
    expect(status).toBe(200);
    expect(body).toMatchObject({ active: false, reason, principal: { id }, is_member: false, policy: [] });
    expect((await introspect(owner.workspace.id, secret)).status).toBe(401);
  });

  it('is neither limited nor audited', async () => {
    const answer = await asService('-', owner.pat);
    expect(answer.headers).not.toHaveProperty('x-ratelimit-limit');
    const direct = await introspect('-');
    expect(direct.headers).toHaveProperty('x-ratelimit-limit');
    const rows = async (requestId: string | undefined) =>
      (
        await suite
          .database('audit', 'owner')
          .query('SELECT FROM audit_event WHERE request_id = $1', [requestId])
      ).rows.length;
    // The later call of the same service is there: the earlier one would be, if it was to come at all.
    const until = Date.now() + 10_000;
    while ((await rows(direct.headers['x-request-id'])) === 0 && Date.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await rows(direct.headers['x-request-id'])).toBe(1);
    expect(await rows(answer.headers['x-request-id'])).toBe(0);
  });
});

describe('401 when', () => {
  it('nothing is presented, not even by a service', async () => {
    const params = { id: owner.workspace.id };
    expect((await suite.call('introspectWorkspace', { params })).status).toBe(401);
    expect((await asService(owner.workspace.id)).status).toBe(401);
  });
});
