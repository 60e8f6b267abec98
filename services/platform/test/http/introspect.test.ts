import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, type Owner, type Suite } from '@pcft/testing';
import { createToken } from '@pcft/credentials';
import { askAsService } from '../ask-as-service.ts';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

describe('200', () => {
  it('echoes the policy bound to the bearer, as step 3 of seed 000 says', async () => {
    const policy = [
      { effect: 'allow', actions: ['workspace.audit.read', 'workspace.member.list'], resources: ['*'] },
    ];
    const { id, secret } = await suite.mint(owner, { policy });
    const answer = await suite.call('introspect', { auth: secret });
    expect(answer.body).toEqual({
      is_authenticated: true,
      account: { id: owner.id, email: owner.email, name: owner.name },
      principal: {
        type: 'pat',
        id,
        name: 'test',
        account_id: owner.id,
        workspace_id: owner.workspace.id,
        created_at: expect.any(String),
        expires_at: null,
      },
      policy,
      version: expect.any(String),
      conditions: null,
      workspaces: [
        {
          ...owner.workspace,
          is_member: true,
          role: { id: 'owner', name: 'owner' },
          policy,
          role_cap: 'owner',
          conditions: null,
          services: ['platform', 'heimdall', 'audit', 'projects'],
          plan: 'free',
          mode: 'live',
        },
      ],
    });
    expect(await auditRowOf(suite, answer)).toMatchObject({
      action: 'credential.introspected',
      actor: { pat_id: id },
      log: owner.workspace.id,
    });
  });

  it('takes the PAT in X-Api-Key too', async () => {
    expect((await suite.call('introspect', { auth: { apiKey: owner.pat } })).status).toBe(200);
  });

  it('tells a service of the suite of a dead credential, so that it can audit the refusal', async () => {
    const { id, secret } = await suite.mint(owner);
    await suite.revoke(owner, id);
    const { status, body } = await askAsService(suite, '/v1/introspect', secret);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      is_authenticated: false,
      active: false,
      reason: 'revoked',
      principal: { id },
      policy: [],
      workspaces: [],
    });
  });
});

describe('401 when', () => {
  it('the token is malformed, tampered with, never issued or revoked: one answer', async () => {
    const revoked = await suite.mint(owner);
    await suite.revoke(owner, revoked.id);
    const tampered = owner.pat.slice(0, -1) + (owner.pat.endsWith('a') ? 'b' : 'a');
    const answers = await Promise.all(
      ['pcft_live_x', tampered, createToken('pat'), revoked.secret].map((auth) =>
        suite.call('introspect', { auth }),
      ),
    );
    for (const { status, body } of answers) {
      expect(status).toBe(401);
      expect(body.error).toMatchObject({
        code: 'UNAUTHORIZED',
        message: 'The token is invalid, revoked or malformed',
      });
    }
  });

  it('a service asks about a credential that was never issued', async () => {
    expect((await askAsService(suite, '/v1/introspect', createToken('pat'))).status).toBe(401);
  });

  it('the service token is wrong: nothing is told of a dead credential', async () => {
    const { id, secret } = await suite.mint(owner);
    await suite.revoke(owner, id);
    const headers = { 'x-service-token': 'x'.repeat(43) };
    expect((await suite.call('introspect', { auth: secret, headers })).status).toBe(401);
  });
});
