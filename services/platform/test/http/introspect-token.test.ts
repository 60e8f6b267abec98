import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createToken } from '@pcft/credentials';
import { auditRowOf, connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
/** A backend of somebody else: it may introspect, and nothing more. */
let backend: string;
const may = [{ effect: 'allow', actions: ['workspace.token.introspect'], resources: ['*'] }];
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
  backend = (await suite.mint(owner, { policy: may })).secret;
});
afterAll(() => suite.close());

const ask = (token: string, auth = backend, more: Record<string, string> = {}) =>
  suite.call('introspectToken', { auth, body: new URLSearchParams({ token, ...more }) });

describe('200', () => {
  it('says what an active token is worth in the workspace of the caller', async () => {
    const policy = [{ effect: 'allow', actions: ['workspace.audit.read'], resources: ['*'] }];
    const conditions = { ip: ['192.0.2.0/24'], not_before: '2026-01-01T00:00:00Z' };
    const { id, secret } = await suite.mint(owner, { policy, conditions, expires_in: 3600 });
    const answer = await ask(secret, backend, { token_type_hint: 'access_token', unknown: 'ignored' });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      active: true,
      username: owner.email,
      token_type: 'Bearer',
      exp: expect.any(Number),
      iat: expect.any(Number),
      nbf: Date.parse('2026-01-01T00:00:00Z') / 1000,
      sub: owner.id,
      aud: owner.workspace.id,
      iss: expect.stringMatching(/^http/),
      jti: id,
      workspace_id: owner.workspace.id,
      role: { id: 'owner', name: 'owner' },
      role_cap: 'owner',
      policy,
      conditions,
    });
    expect(answer.body.exp - answer.body.iat).toBe(3600);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(await auditRowOf(suite, answer)).toMatchObject({
      action: 'token.introspected',
      required_action: 'workspace.token.introspect',
      target: { type: 'access-token', id },
      metadata: { active: true },
    });
  });

  it('gives the scopes of a token that was minted from them, also as JSON', async () => {
    const { secret } = await suite.mint(owner, { scopes: ['read', 'members:read'] });
    const answer = await suite.call('introspectToken', { auth: backend, body: { token: secret } });
    expect(answer.body).toMatchObject({ active: true, scope: 'read members:read' });
  });

  it('is nothing but active:false for every token that is not, whyever', async () => {
    const stranger = await suite.createOwner();
    const mints = async (body: object) => (await suite.mint(owner, { ...body })).secret;
    const revoked = await suite.mint(owner);
    await suite.revoke(owner, revoked.id);
    const disabled = await suite.mint(owner);
    await suite.call('updateAccessToken', {
      auth: owner.session,
      params: { ws: owner.workspace.id, id: disabled.id },
      body: { status: 'disabled' },
    });
    const tokens = [
      'nonsense',
      createToken('pat'),
      stranger.pat,
      revoked.secret,
      disabled.secret,
      owner.session,
      await mints({ conditions: { not_after: '2020-01-01T00:00:00Z' } }),
      await mints({ conditions: { not_before: '2099-01-01T00:00:00Z' } }),
    ];
    for (const token of tokens) expect((await ask(token)).body).toEqual({ active: false });
  });

  it('asks about the workspace that is named', async () => {
    const answer = await ask(owner.pat, owner.session, { workspace_id: owner.workspace.id });
    expect(answer.body).toMatchObject({ active: true, aud: owner.workspace.id });
    const stranger = await suite.createOwner();
    expect((await ask(owner.pat, stranger.session)).body).toEqual({ active: false });
  });
});

describe('404 when', () => {
  it('a workspace is named that the caller does not reach', async () => {
    const stranger = await suite.createOwner();
    const answer = await ask(owner.pat, owner.session, { workspace_id: stranger.workspace.id });
    expect([answer.status, answer.body.error]).toEqual([404, 'invalid_request']);
  });
});

describe('403 when', () => {
  it('the caller may not introspect: a token is no right to ask about tokens, not even itself', async () => {
    const { secret } = await suite.mint(owner, {
      policy: [{ effect: 'allow', actions: ['workspace.read'], resources: ['*'] }],
    });
    const answer = await ask(secret, secret);
    expect([answer.status, answer.body.error]).toEqual([403, 'access_denied']);
    expect(answer.headers['x-required-action']).toBe('workspace.token.introspect');
    const member = await suite.addMember(owner.workspace, 'member');
    const denied = await ask(owner.pat, member.session, { workspace_id: owner.workspace.id });
    expect(denied.status).toBe(403);
  });
});

describe('400 when', () => {
  it('there is no token, or a session names no workspace of several', async () => {
    const body = new URLSearchParams({ token_type_hint: 'x' });
    const answer = await suite.call('introspectToken', { auth: backend, body });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    const member = await suite.addMember(owner.workspace, 'admin');
    expect((await ask(owner.pat, member.session)).status).toBe(400);
  });
});
