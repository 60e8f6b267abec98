import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, uniqueName, type Answer, type Suite, type World } from '@pcft/testing';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { announce } from './machines.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const signIn = (body: object = {}, more: object = {}) =>
  suite.call('issueToken', {
    params: { app: world.app.name },
    body: { grant_type: 'password', email: world.user.email, password: world.user.password, ...body },
    ...more,
  });

/** The rows that a call left in the log of the app's workspace. */
async function rowsOf({ headers }: Answer): Promise<Record<string, unknown>[]> {
  const deadline = Date.now() + 8000;
  for (;;) {
    const { body } = await suite.call('listAuditLogs', { auth: world.owner.pat, query: { limit: 100 } });
    const rows = (body.data as { request_id: string }[]).filter(
      ({ request_id }) => request_id === headers['x-request-id'],
    );
    if (rows.length > 0 || Date.now() > deadline) return rows;
    await sleep(100);
  }
}

describe('200', () => {
  it('answers the body of seed 001, field for field, and forbids to keep it', async () => {
    const { status, body, headers } = await signIn();
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^eyJ/),
        token_type: 'Bearer',
        expires_in: 3600,
        refresh_token: expect.stringMatching(/^rt_[0-9A-Za-z]{36}$/),
      },
    ]);
    expect(headers['cache-control']).toBe('no-store');
  });

  it('gives a token that a strict client verifies by the keys under its issuer', async () => {
    const { body } = await signIn();
    const jwks = createRemoteJWKSet(
      new URL(`${suite.serviceUrl('tokens')}/v1/apps/${world.app.id}/.well-known/jwks.json`),
    );
    const { payload, protectedHeader } = await jwtVerify(body.access_token as string, jwks, {
      algorithms: ['RS256'],
      audience: world.app.id,
      issuer: new RegExp(`/v1/apps/${world.app.id}$`).exec(String(claimsOf(body).iss))?.input ?? 'none',
      typ: 'at+jwt',
    });
    expect(Object.keys(protectedHeader).sort()).toEqual(['alg', 'kid', 'typ']);
    expect(payload).toMatchObject({
      sub: world.user.id,
      app_id: world.app.id,
      roles: [world.role.name],
      permissions: ['projects:read'],
      jti: expect.any(String),
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600);
  });

  it.each([{ alias: true }, { on: 'gateway' }])('also with %j', async (more) => {
    expect((await signIn({}, more)).status).toBe(200);
  });

  it('by the id of the app, and however the address is written', async () => {
    const answer = await signIn({ email: world.user.email.toUpperCase() }, { params: { app: world.app.id } });
    expect(answer.status).toBe(200);
  });

  it('to a form, as RFC 6749 sends it', async () => {
    const { email, password } = world.user;
    const { status, body } = await signIn(
      {},
      { body: new URLSearchParams({ grant_type: 'password', email, password }) },
    );
    expect([status, body.token_type]).toEqual([200, 'Bearer']);
  });

  it('is exact beyond 72 bytes', async () => {
    const long = 'p'.repeat(100);
    const email = `${uniqueName('long')}@acme.co`;
    const params = { app: world.app.id };
    await suite.call('createUser', { auth: world.owner.pat, params, body: { email, password: `${long}a` } });
    expect((await signIn({ email, password: `${long}a` })).status).toBe(200);
    expect((await signIn({ email, password: `${long}b` })).status).toBe(401);
  });

  it('leaves a row in the log of the workspace of the app', async () => {
    expect(await rowsOf(await signIn())).toEqual([
      expect.objectContaining({
        action: 'token.issued',
        outcome: 'success',
        actor_id: world.user.id,
        app_id: world.app.id,
        target_id: world.user.id,
      }),
    ]);
  });

  it('keeps the refresh token as a digest only', async () => {
    const { body } = await signIn();
    const { rows } = await suite
      .database('tokens')
      .query("SELECT 1 FROM refresh_token t WHERE t::text LIKE '%' || $1 || '%'", [body.refresh_token]);
    expect(rows).toEqual([]);
    const { rows: kept } = await suite
      .database('tokens')
      .query('SELECT octet_length(digest) AS length FROM refresh_token WHERE user_id = $1', [world.user.id]);
    expect(kept).toContainEqual({ length: 32 });
  });
});

function claimsOf(body: { access_token: string }): Record<string, unknown> {
  const [, payload = ''] = body.access_token.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
}

describe('401', () => {
  const wrong = { password: 'not the password' };
  const unknown = { email: 'nobody@acme.co' };

  it('is the same for an unknown address, a wrong password and a deactivated user', async () => {
    const email = `${uniqueName('gone')}@acme.co`;
    const params = { app: world.app.id };
    await suite.call('createUser', {
      auth: world.owner.pat,
      params,
      body: { email, password: world.user.password },
    });
    await suite
      .database('tokens', 'owner')
      .query("UPDATE directory_user SET status = 'deactivated' WHERE email = $1", [email]);
    const answers = [await signIn(wrong), await signIn(unknown), await signIn({ email })];
    const bodies = answers.map(({ status, text, headers }) => [
      status,
      text.replace(headers['x-request-id'] ?? '', ''),
    ]);
    expect(bodies[0]).toEqual([401, expect.stringContaining('INVALID_CREDENTIALS')]);
    expect(bodies[1]).toEqual(bodies[0]);
    expect(bodies[2]).toEqual(bodies[0]);
  });

  it('in the words of RFC 6749 to a form', async () => {
    const body = new URLSearchParams({ grant_type: 'password', email: world.user.email, password: 'no' });
    const answer = await signIn({}, { body });
    // RFC 6749 section 5.2: 400, as 401 is for the client's own authentication.
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
  });

  it('to a user of another app', async () => {
    const other = await createWorld(suite);
    expect((await signIn({}, { params: { app: other.app.id } })).status).toBe(401);
  });

  it('leaves a row that names the user if there is one, and never the password', async () => {
    const refused = await rowsOf(await signIn(wrong));
    expect(refused).toEqual([
      expect.objectContaining({
        action: 'token.refused',
        outcome: 'denied',
        actor_id: world.user.id,
        metadata: expect.objectContaining({ reason: 'wrong_password' }),
      }),
    ]);
    expect(JSON.stringify(refused)).not.toContain(wrong.password);
    expect(await rowsOf(await signIn(unknown))).toEqual([
      expect.objectContaining({
        actor_id: null,
        metadata: expect.objectContaining({ reason: 'unknown_user' }),
      }),
    ]);
  });
});

describe('503 when too many passwords wait to be checked', () => {
  it('at once and with Retry-After, while those that wait get their answer', async () => {
    const { name, url } = await suite.control.startInstance('tokens', { PASSWORD_HASHES_WAITING: '10' });
    try {
      const on = url as `http${string}`;
      const answers = await Promise.all(
        Array.from({ length: 40 }, () =>
          signIn({ email: `${uniqueName('nobody')}@acme.co` }, { on, timeoutMs: 25_000 }),
        ),
      );
      const busy = answers.filter(({ status }) => status === 503);
      expect(busy.length).toBeGreaterThan(0);
      expect(busy.length).toBeLessThanOrEqual(29);
      for (const { headers } of busy) expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
      expect(answers.filter(({ status }) => status !== 503 && status !== 401)).toEqual([]);
      expect((await signIn({}, { on })).status).toBe(200);
    } finally {
      await suite.control.stop(name);
    }
  });
});

describe('404 when there is no such app', () => {
  it.each(['no-such-app', 'app_01HQ3KXFG60000000000000000'])('%s', async (app) => {
    expect((await signIn({}, { params: { app } })).status).toBe(404);
  });

  it('or it is archived', async () => {
    const other = await createWorld(suite);
    await suite
      .database('tokens', 'owner')
      .query("UPDATE directory_app SET status = 'archived' WHERE id = $1", [other.app.id]);
    await announce(suite, other.app.id);
    const { email, password } = other.user;
    expect((await signIn({ email, password }, { params: { app: other.app.id } })).status).toBe(404);
  });
});

describe('400', () => {
  it.each([
    ['grant_type', { grant_type: 'implicit' }],
    ['client_id', { grant_type: 'client_credentials', email: undefined, password: undefined }],
    ['email', { grant_type: 'client_credentials' }],
    ['refresh_token', { grant_type: 'refresh_token', email: undefined, password: undefined }],
    ['username', { username: 'other@acme.co' }],
    ['email', { email: 'jane' }],
    ['password', { password: '' }],
    ['password', { password: 1 }],
    ['scope', { scope: 'all' }],
  ])('names the field %s of %j', async (field, body) => {
    const answer = await signIn(body);
    expect([answer.status, answer.body.error.details[0].field]).toEqual([400, field]);
  });

  it('in the words of RFC 6749 to a form', async () => {
    const answer = await signIn({}, { body: new URLSearchParams({ grant_type: 'password' }) });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    const { email, password } = world.user;
    const other = await signIn({}, { body: new URLSearchParams({ grant_type: 'device', email, password }) });
    expect([other.status, other.body.error]).toEqual([400, 'unsupported_grant_type']);
  });
});
