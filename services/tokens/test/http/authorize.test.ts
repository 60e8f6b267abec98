import { createHmac, createPrivateKey } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createToken } from '@pcft/credentials';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';
import type { AccessClaims } from '../../src/access-tokens/claims.ts';
import { signAccessToken } from '../../src/access-tokens/sign-access-token.ts';
import { createKeyVault } from '../../src/signing-keys/key-vault.ts';
import { announce } from './machines.ts';

let suite: Suite;
let world: World;
let other: World;

beforeAll(async () => {
  suite = await connectSuite();
  [world, other] = [await createWorld(suite), await createWorld(suite)];
});
afterAll(() => suite.close());

const ask = (body: object = {}, auth = world.owner.pat, more: object = {}) =>
  suite.call('authorize', {
    auth,
    body: { token: world.accessToken, permission: 'projects:read', ...body },
    ...more,
  });

/** Changes one part of a real token, without its key. */
function forge(change: { header?: object; claims?: object; signature?: (input: string) => string }): string {
  const [header = '', payload = '', signature = ''] = world.accessToken.split('.');
  const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object;
  const encoded = (part: string, more = {}) =>
    Buffer.from(JSON.stringify({ ...decoded(part), ...more })).toString('base64url');
  const input = `${encoded(header, change.header)}.${encoded(payload, change.claims)}`;
  return `${input}.${change.signature?.(input) ?? signature}`;
}

/** A token like the real one but for some claims, signed by the app's own key: the time machine of these tests. */
async function signedAsIssued(claims: object): Promise<string> {
  const [header = '', payload = ''] = world.accessToken.split('.');
  const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object;
  const { kid } = decoded(header) as { kid: string };
  const { rows } = await alter('SELECT private_key FROM signing_key WHERE kid = $1', kid);
  const { signingKeySecret } = suite.stack.secrets as unknown as { signingKeySecret: string };
  const der = createKeyVault(Buffer.from(signingKeySecret, 'base64')).open(
    kid,
    (rows[0] as { private_key: Buffer }).private_key,
  );
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return signAccessToken({ kid, privateKey }, { ...(decoded(payload) as AccessClaims), ...claims });
}

const alter = (sql: string, ...values: unknown[]) => suite.database('tokens', 'owner').query(sql, values);

/** Writes into the copy as heimdall-admin's next version would; processes learn of it with their next renewal. */
async function change(appId: string, sql: string, ...values: unknown[]): Promise<void> {
  await alter(sql, ...values);
  await announce(suite, appId);
}

describe('200 allowed', () => {
  const allowed = () => ({
    allowed: true,
    reason: 'allowed',
    principal: {
      type: 'user',
      id: world.user.id,
      app_id: world.app.id,
      email: world.user.email,
      roles: [world.role.name],
      permissions: ['projects:read'],
    },
  });

  it.each([
    ['a PAT', () => world.owner.pat],
    ['a session', () => world.owner.session],
    ['an API key of the app', () => world.appKey.secret],
  ])('to %s', async (_, auth) => {
    const { status, body } = await ask({}, auth());
    expect([status, body]).toEqual([200, allowed()]);
  });

  it('to an API key as X-Api-Key', async () => {
    const input = {
      auth: { apiKey: world.appKey.secret },
      body: { token: world.accessToken, permission: 'projects:read' },
    };
    expect((await suite.call('authorize', input)).body).toEqual(allowed());
  });

  it.each(['id', 'name'] as const)('with the app named by %s', async (by) => {
    expect((await ask({ app: world.app[by] })).body).toEqual(allowed());
    expect((await ask({ app: world.app[by] }, world.appKey.secret)).body).toEqual(allowed());
  });

  it.each([{ alias: true }, { on: 'gateway' }])('also with %j', async (more) => {
    expect((await ask({}, world.appKey.secret, more)).body).toEqual(allowed());
  });

  it('with a PAT that may do only that, on only that app', async () => {
    const { secret } = await suite.mint(world.owner, {
      policy: [
        {
          effect: 'allow',
          actions: ['heimdall.token.authorize'],
          resources: [`pcft:heimdall:app/${world.app.id}`],
        },
      ],
    });
    expect((await ask({}, secret)).body.allowed).toBe(true);
  });

  it('by the roles of this moment, whatever the token says', async () => {
    const { id } = world.role;
    await change(
      world.app.id,
      "UPDATE directory_role SET permissions = '{projects:*,comments:read}' WHERE id = $1",
      id,
    );
    const all = { permission: undefined, permissions: ['projects:write', 'comments:read'] };
    expect((await ask(all)).body).toMatchObject({ allowed: true });
    await change(world.app.id, "UPDATE directory_role SET permissions = '{projects:read}' WHERE id = $1", id);
    expect((await ask(all)).body).toMatchObject({ allowed: false, reason: 'missing_permission' });
  });
});

describe('200 not allowed', () => {
  it.each([
    ['missing_permission', () => ({ permission: 'projects:write' })],
    [
      'missing_permission',
      () => ({ permission: undefined, permissions: ['projects:read', 'projects:write'] }),
    ],
    ['missing_permission', () => ({ permission: '*:*' })],
    ['token_malformed', () => ({ token: 'not a token' })],
    ['token_malformed', () => ({ token: world.appKey.secret })],
    ['token_malformed', () => ({ token: '.'.repeat(49_000) })],
    ['token_malformed', () => ({ token: forge({ header: { jku: 'https://attacker.test' } }) })],
    ['token_algorithm_refused', () => ({ token: forge({ header: { alg: 'none' }, signature: () => '' }) })],
    [
      'token_algorithm_refused',
      () => ({
        token: forge({
          header: { alg: 'HS256' },
          signature: (input) => createHmac('sha256', 'the public key').update(input).digest('base64url'),
        }),
      }),
    ],
    ['token_signature_invalid', () => ({ token: forge({ claims: { permissions: ['*:*'] } }) })],
    ['token_signature_invalid', () => ({ token: forge({ claims: { sub: other.user.id } }) })],
    ['app_mismatch', () => ({ app: world.app.id, token: other.accessToken })],
    ['app_mismatch', () => ({ app: world.app.id, token: forge({ claims: { app_id: other.app.id } }) })],
    ['app_unknown', () => ({ token: other.accessToken })],
    ['app_unknown', () => ({ token: forge({ claims: { app_id: 'app_01HQ3KXFG60000000000000000' } }) })],
  ])('%s', async (reason, body) => {
    const answer = await ask(body());
    expect([answer.status, answer.body.allowed, answer.body.reason]).toEqual([200, false, reason]);
    expect(answer.body.principal).toEqual(
      reason === 'missing_permission' ? expect.objectContaining({ id: world.user.id }) : null,
    );
  });

  it('for a key of another app under this one: a kid is looked up within its app', async () => {
    const [header = ''] = other.accessToken.split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    const answer = await ask({ token: forge({ header: { kid } }) });
    expect(answer.body).toMatchObject({ allowed: false, reason: 'token_signature_invalid' });
  });

  it('for a user who is not active any more, or not there', async () => {
    for (const column of ["status = 'deactivated'", 'deleted = true']) {
      const each = await createWorld(suite);
      await change(each.app.id, `UPDATE directory_user SET ${column} WHERE id = $1`, each.user.id);
      const body = { token: each.accessToken, permission: 'projects:read' };
      const answer = await suite.call('authorize', { auth: each.appKey.secret, body });
      expect(answer.body).toEqual({ allowed: false, reason: 'user_inactive', principal: null });
    }
  });

  it('for a token that has expired', async () => {
    const now = Math.floor(Date.now() / 1000);
    const issued = await signedAsIssued({ iat: now - 3601, exp: now - 1 });
    expect((await ask({ token: issued })).body).toEqual({
      allowed: false,
      reason: 'token_expired',
      principal: null,
    });
    expect((await ask({ token: await signedAsIssued({}) })).body.allowed).toBe(true);
  });

  it('for a token of another issuer or audience, though our key has signed it', async () => {
    for (const claims of [{ iss: 'https://other.test' }, { aud: other.app.id }, { sub: other.app.id }]) {
      expect((await ask({ token: await signedAsIssued(claims) })).body.reason).toBe('token_claims_invalid');
    }
  });

  it('to a key of another app: the token is one of an app it knows nothing of', async () => {
    const answer = await ask({}, other.appKey.secret);
    expect(answer.body).toEqual({ allowed: false, reason: 'app_mismatch', principal: null });
  });
});

describe('401', () => {
  it.each([
    ['a key that was never issued', () => createToken('app-key')],
    ['a mistyped key', () => `${world.appKey.secret.slice(0, -1)}_`],
    ['a refresh token', () => createToken('refresh-token')],
    ['the subject token itself', () => world.accessToken],
  ])('with %s as caller', async (_, auth) => {
    expect((await ask({}, auth())).status).toBe(401);
  });

  it('with a key of an app that is archived', async () => {
    const each = await createWorld(suite);
    await change(each.app.id, "UPDATE directory_app SET status = 'archived' WHERE id = $1", each.app.id);
    const body = { token: each.accessToken, permission: 'projects:read' };
    expect((await suite.call('authorize', { auth: each.appKey.secret, body })).status).toBe(401);
  });
});

describe('403', () => {
  it('to a PAT that is bound to another app, with the app named or not', async () => {
    const { secret } = await suite.mint(world.owner, {
      policy: [{ effect: 'allow', actions: ['*'], resources: [`pcft:heimdall:app/${other.app.id}`] }],
    });
    for (const body of [{}, { app: world.app.name }]) {
      const { status, headers } = await ask(body, secret);
      expect([status, headers['x-required-action']]).toEqual([403, 'heimdall.token.authorize']);
    }
  });
});

describe('404', () => {
  it.each([
    ['a PAT', () => world.owner.pat],
    ['an API key', () => world.appKey.secret],
  ])('to %s that names a foreign app, as one that does not exist', async (_, auth) => {
    const texts = [];
    for (const app of [other.app.id, other.app.name, 'no-such-app', 'app_01HQ3KXFG60000000000000000']) {
      const { status, text, headers } = await ask({ app }, auth());
      texts.push([status, text.replace(headers['x-request-id'] ?? '', '')]);
    }
    expect(texts).toEqual([texts[0], texts[0], texts[0], texts[0]]);
    expect(texts[0]?.[0]).toBe(404);
  });
});

describe('400', () => {
  it.each([
    ['permission', { permission: undefined }],
    ['permissions', { permissions: ['a:b'] }],
    ['permission', { permission: 'projects' }],
    ['permissions', { permission: undefined, permissions: [] }],
    ['token', { token: '' }],
    ['token', { token: 'x'.repeat(49_153) }],
    ['app', { app: '../x' }],
  ])('names the field %s of %#', async (field, body) => {
    for (const auth of [world.owner.pat, world.appKey.secret]) {
      const answer = await ask(body, auth);
      expect([answer.status, answer.body.error.details[0].field]).toEqual([400, field]);
    }
  });
});

describe('the audit row', () => {
  const rowOf = async (requestId: string | undefined, auth: string) => {
    const deadline = Date.now() + 8000;
    for (;;) {
      const { body } = await suite.call('listAuditLogs', { auth, query: { limit: 100 } });
      const row = (body.data as { request_id: string }[]).find(({ request_id }) => request_id === requestId);
      if (row || Date.now() > deadline) return row;
      await sleep(100);
    }
  };

  it('of a denial to an app API key stands in the log of the workspace, with the key as actor', async () => {
    const { headers } = await ask(
      { resource: 'invoice/17', permission: 'projects:write' },
      world.appKey.secret,
    );
    expect(await rowOf(headers['x-request-id'], world.owner.pat)).toMatchObject({
      actor_id: world.appKey.id,
      actor_type: 'app_key',
      app_id: world.app.id,
      target_id: world.user.id,
      outcome: 'denied',
      metadata: { reason: 'missing_permission', permissions: ['projects:write'], resource: 'invoice/17' },
    });
  });

  it('of an allow stands there for a PAT, and an allow to an app API key is counted instead', async () => {
    const counted = await ask({}, world.appKey.secret);
    const { headers } = await ask({ resource: 'invoice/17' });
    expect(await rowOf(headers['x-request-id'], world.owner.pat)).toMatchObject({
      actor_type: 'account',
      outcome: 'success',
      metadata: { reason: 'allowed', permissions: ['projects:read'], resource: 'invoice/17' },
    });
    // Events of one database arrive in order: were there one of the first call, it would be there by now.
    const { body } = await suite.call('listAuditLogs', { auth: world.owner.pat, query: { limit: 100 } });
    const ids = (body.data as { request_id: string }[]).map(({ request_id }) => request_id);
    expect(ids).not.toContain(counted.headers['x-request-id']);
  });

  it('of a denial says so, and holds nothing of the token', async () => {
    const { headers } = await ask({ permission: 'projects:write' });
    const row = await rowOf(headers['x-request-id'], world.owner.pat);
    expect(row).toMatchObject({ outcome: 'denied', metadata: { reason: 'missing_permission' } });
    expect(JSON.stringify(row)).not.toContain(world.accessToken.split('.')[2]);
  });

  it('of a foreign app that was named tells nothing of it', async () => {
    const { headers } = await ask({ app: other.app.name }, world.appKey.secret);
    const row = await rowOf(headers['x-request-id'], world.owner.pat);
    expect(row).toBeDefined();
    expect(JSON.stringify(row)).not.toContain(other.app.id);
  });
});
