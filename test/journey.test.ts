import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createToken } from '@pcft/credentials';
import {
  expectStatus,
  connectSuite,
  readFault,
  uniqueName,
  type Answer,
  type Owner,
  type Suite,
} from '@pcft/testing';
import { createLocalJWKSet, createRemoteJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { requestIdOf, rowsOf } from './audit-rows.ts';

// Document 000 from sign-up to the audit log, everything through the gateway, then 001 for an end user.
const on = 'gateway' as const;
const documentPolicy = [
  { effect: 'allow', actions: ['workspace.audit.read', 'workspace.member.list'], resources: ['*'] },
];

let suite: Suite;
let owner: Owner;
let narrow: { id: string; secret: string };
let app: { id: string; name: string };

/** Every call made with a token that was ever issued: who made it, and what came of it. */
const audited: { what: string; answer: Answer; patId: string }[] = [];

async function as(patId: string, what: string, call: Promise<Answer>, status: number): Promise<Answer> {
  const answer = await expectStatus(call, status);
  audited.push({ what, answer, patId });
  return answer;
}

beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

describe('document 000', () => {
  it('step 2: mints a PAT with the policy of the document', async () => {
    const minted = await as(
      owner.patId,
      'mint',
      suite.call('createAccessToken', {
        on,
        auth: owner.pat,
        params: { ws: owner.workspace.slug },
        body: { name: 'compliance exporter', policy: documentPolicy },
      }),
      201,
    );
    expect(minted.body.secret).toMatch(/^pcft_live_[0-9A-Za-z]{36}$/);
    narrow = { id: minted.body.id, secret: minted.body.secret };
    const listed = await as(
      owner.patId,
      'list PATs',
      suite.call('listAccessTokens', { on, auth: owner.pat, params: { ws: owner.workspace.id } }),
      200,
    );
    expect(listed.text).not.toContain(narrow.secret);
  });

  it('step 3: introspection echoes the policy, and says 401 to what is malformed, tampered, unknown or revoked', async () => {
    const known = await as(
      narrow.id,
      'introspect',
      suite.call('introspect', { on, auth: narrow.secret }),
      200,
    );
    expect(known.body.policy).toEqual(documentPolicy);
    expect(known.body.principal).toMatchObject({ id: narrow.id, workspace_id: owner.workspace.id });
    const last = narrow.secret.endsWith('a') ? 'b' : 'a';
    for (const auth of ['pcft_live_...', narrow.secret.slice(0, -1) + last, createToken('pat')])
      await expectStatus(suite.call('introspect', { on, auth }), 401);
    const gone = await suite.mint(owner);
    await as(
      owner.patId,
      'revoke',
      suite.call('revokeAccessToken', {
        on,
        auth: owner.pat,
        params: { ws: owner.workspace.id, id: gone.id },
      }),
      204,
    );
    await as(gone.id, 'introspect revoked', suite.call('introspect', { on, auth: gone.secret }), 401);
  });

  it('step 4: the same PAT provisions an app and its key through two services', async () => {
    const name = uniqueName('acme-staging');
    const created = await as(
      owner.patId,
      'create app',
      suite.call('createWorkspaceApp', {
        on,
        auth: owner.pat,
        params: { ws: owner.workspace.slug },
        body: { slug: name, display_name: 'Acme (staging)' },
      }),
      201,
    );
    app = { id: created.body.id, name };
    expect(created.body).toMatchObject({ slug: name, name, workspace_id: owner.workspace.id });
    const key = await as(
      owner.patId,
      'mint app key',
      suite.call('createAppApiKey', {
        on,
        auth: owner.pat,
        params: { app: app.id },
        body: { name: 'staging-service' },
      }),
      201,
    );
    expect(key.body.secret).toMatch(/^hk_live_/);
    await as(
      owner.patId,
      'list members',
      suite.call('listMembers', { on, auth: owner.pat, params: { ws: owner.workspace.slug } }),
      200,
    );
  });

  it('step 5: a denial names what was missing, and a PAT bound to one app stops there', async () => {
    const denied = await as(
      narrow.id,
      'denied',
      suite.call('createWorkspaceApp', {
        on,
        auth: narrow.secret,
        params: { ws: owner.workspace.slug },
        body: { slug: uniqueName('no'), display_name: 'No' },
      }),
      403,
    );
    expect(denied.headers['x-required-action']).toBe('heimdall.app.create');
    expect(readFault(denied.dialect, denied.body).details[0]?.reason).toContain('heimdall.app.create');
    const other = await as(
      owner.patId,
      'create another app',
      suite.call('createApp', {
        on,
        auth: owner.pat,
        body: { name: uniqueName('other'), display_name: 'Other' },
      }),
      201,
    );
    const bound = await suite.mint(owner, {
      policy: [{ effect: 'allow', actions: ['heimdall.*'], resources: [`pcft:heimdall:app/${app.id}`] }],
    });
    await as(
      bound.id,
      'its app',
      suite.call('getApp', { on, auth: bound.secret, params: { app: app.id } }),
      200,
    );
    const elsewhere = await as(
      bound.id,
      'another app',
      suite.call('getApp', { on, auth: bound.secret, params: { app: other.body.id as string } }),
      403,
    );
    expect(readFault(elsewhere.dialect, elsewhere.body).details[0]?.reason).toContain(other.body.id);
  });
});

describe('document 001', () => {
  const jane = { email: `jane-${uniqueName('x')}@acme.co`, password: 'correct horse battery staple' };
  let issued: Answer;

  it('creates a role and a user as it prints them', async () => {
    const role = await as(
      owner.patId,
      'create role',
      suite.call('createRole', {
        on,
        alias: true,
        auth: owner.pat,
        params: { app: app.name },
        body: {
          name: 'editor',
          display_name: 'Editor',
          permissions: ['projects:read', 'projects:write', 'comments:read', 'comments:write'],
        },
      }),
      201,
    );
    expect(role.body.permissions).toEqual([
      'projects:read',
      'projects:write',
      'comments:read',
      'comments:write',
    ]);
    const user = await as(
      owner.patId,
      'create user',
      suite.call('createUser', {
        on,
        alias: true,
        auth: owner.pat,
        params: { app: app.name },
        body: { ...jane, display_name: 'Jane Chen', role: 'editor', metadata: { department: 'engineering' } },
      }),
      201,
    );
    expect(user.body).toMatchObject({ email: jane.email, roles: ['editor'], status: 'active' });
    expect(user.text).not.toContain(jane.password);
  });

  it('issues a token that verifies against the JWKS of the app', async () => {
    issued = await expectStatus(
      suite.call('issueToken', {
        on,
        alias: true,
        params: { app: app.name },
        body: { grant_type: 'password', ...jane },
      }),
      200,
    );
    expect(issued.body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    expect(issued.body.refresh_token).toMatch(/^rt_/);
    const keys = new URL(`/heimdall/v1/apps/${app.name}/.well-known/jwks.json`, suite.gatewayUrl);
    const { payload, protectedHeader } = await jwtVerify(
      issued.body.access_token as string,
      createRemoteJWKSet(keys),
    );
    expect(protectedHeader.alg).toBe('RS256');
    expect(payload).toMatchObject({ app_id: app.id, roles: ['editor'] });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600);
  });

  it('which is also among the keys of all apps', async () => {
    const all = await expectStatus(suite.call('getJwks', { on, query: { app: app.id } }), 200);
    const keys = createLocalJWKSet(all.body as JSONWebKeySet);
    await expect(jwtVerify(issued.body.access_token as string, keys)).resolves.toBeDefined();
    for (const key of (all.body as JSONWebKeySet).keys)
      expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  it.each([
    [{ permission: 'projects:write' }, true],
    [{ permissions: ['projects:read', 'comments:write'] }, true],
    [{ permissions: ['projects:read', 'billing:write'] }, false],
    [{ permission: 'billing:write' }, false],
  ])('authorizes %j: %s', async (asked, allowed) => {
    const answer = await as(
      owner.patId,
      'authorize',
      suite.call('authorize', {
        on,
        alias: true,
        auth: owner.pat,
        body: { token: issued.body.access_token as string, ...asked },
      }),
      200,
    );
    expect(answer.body.allowed).toBe(allowed);
    if (allowed)
      expect(answer.body.principal).toMatchObject({ type: 'user', app_id: app.id, email: jane.email });
  });

  it('says no, not 401, to a bad subject token', async () => {
    const answer = await suite.call('authorize', {
      on,
      auth: owner.pat,
      body: { token: 'not.a.token', permission: 'a:b' },
    });
    expect([answer.status, answer.body.allowed]).toEqual([200, false]);
  });
});

describe('the audit log', () => {
  it('has exactly one row for each of these calls, with PAT, address and outcome', async () => {
    expect(audited.length).toBeGreaterThan(15);
    const reader = { auth: narrow.secret, ws: owner.workspace.id };
    for (const { what, answer, patId } of audited) {
      const rows = await rowsOf(suite, reader, requestIdOf(answer));
      expect([what, rows]).toEqual([
        what,
        [
          expect.objectContaining({
            pat_id: patId,
            ip_address: '127.0.0.1',
            status: answer.status,
            // An end user who may not is a denial of the app's, told with 200.
            outcome: answer.status < 400 && answer.body?.allowed !== false ? 'success' : 'denied',
            operation: answer.operation.operationId,
            service: answer.operation.service,
            workspace_id: owner.workspace.id,
          }),
        ],
      ]);
    }
  }, 60_000);

  it('names the required action and what decided in the row of a denial', async () => {
    const denied = audited.find(({ what }) => what === 'denied');
    if (!denied) throw new Error('no denial was made');
    const [row] = await rowsOf(
      suite,
      { auth: narrow.secret, ws: owner.workspace.id },
      requestIdOf(denied.answer),
    );
    expect(row).toMatchObject({
      required_action: 'heimdall.app.create',
      decision: { layer: 'policy', reason: 'no-match' },
    });
  });

  it('holds its own reading too', async () => {
    const read = await suite.call('listWorkspaceAuditLogs', {
      on,
      auth: narrow.secret,
      params: { ws: owner.workspace.id },
    });
    const rows = await rowsOf(suite, { auth: narrow.secret, ws: owner.workspace.id }, requestIdOf(read));
    expect(rows).toEqual([expect.objectContaining({ action: 'workspace.audit.read', pat_id: narrow.id })]);
  });

  it('has no row of a token that was never issued', async () => {
    const answer = await suite.call('introspect', { on, auth: createToken('pat') });
    // Rows of one service arrive in order: when this one is there, the other would be too.
    const later = await suite.call('introspect', { on, auth: narrow.secret });
    const reader = { auth: narrow.secret, ws: owner.workspace.id };
    expect(await rowsOf(suite, reader, requestIdOf(later))).toHaveLength(1);
    const { rows } = await suite
      .database('audit', 'owner')
      .query('SELECT 1 FROM audit_event WHERE request_id = $1', [requestIdOf(answer)]);
    expect(rows).toEqual([]);
  });

  it('cannot be changed by the service that keeps it', async () => {
    const database = suite.database('audit');
    await expect(database.query('UPDATE audit_event SET seq = seq')).rejects.toThrow('permission denied');
    await expect(database.query('DELETE FROM audit_event')).rejects.toThrow('permission denied');
    await expect(database.query('TRUNCATE audit_event')).rejects.toThrow('permission denied');
  });
});
