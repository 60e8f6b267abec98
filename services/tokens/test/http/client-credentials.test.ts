import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId, createToken } from '@pcft/credentials';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';
import { createMachine, putMachine, secretRecord, type Machine } from './machines.ts';

let suite: Suite;
let world: World;
let machine: Machine;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
  machine = await createMachine(suite, world);
});
afterAll(() => suite.close());

const ask = (body: object = {}, more: object = {}) =>
  suite.call('issueToken', {
    params: { app: world.app.name },
    body: {
      grant_type: 'client_credentials',
      client_id: machine.clientId,
      client_secret: machine.secret,
      ...body,
    },
    ...more,
  });
const form = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
  suite.call('issueToken', {
    params: { app: world.app.id },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...fields }),
    headers,
  });
const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
});
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
const authorize = async (token: string, permission: string) =>
  (await suite.call('authorize', { auth: world.appKey.secret, body: { token, permission } })).body;

describe('200', () => {
  it('gives a token of the credential, and no refresh token', async () => {
    const { status, body, headers } = await ask();
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^eyJ/),
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'billing:read billing:write',
      },
    ]);
    expect(headers['cache-control']).toBe('no-store');
    expect(claimsOf(body.access_token)).toMatchObject({
      sub: machine.id,
      client_id: machine.clientId,
      aud: world.app.id,
      permissions: ['billing:read', 'billing:write'],
      roles: [],
    });
    expect(claimsOf(body.access_token)).not.toHaveProperty('sid');
  });

  it('to a form with HTTP Basic, or with the fields of RFC 6749', async () => {
    const { clientId, secret } = machine;
    expect((await form({}, basic(clientId, secret))).status).toBe(200);
    expect((await form({ client_id: clientId, client_secret: secret })).status).toBe(200);
    expect((await form({ client_id: clientId, unknown: 'ignored' }, basic(clientId, secret))).status).toBe(
      200,
    );
  });

  it('is a subject of authorize with the permissions of the moment', async () => {
    const { access_token } = (await ask()).body;
    expect(await authorize(access_token, 'billing:write')).toEqual({
      allowed: true,
      reason: 'allowed',
      principal: {
        type: 'credential',
        id: machine.id,
        app_id: world.app.id,
        email: null,
        roles: [],
        permissions: ['billing:read', 'billing:write'],
      },
    });
    expect(await authorize(access_token, 'projects:read')).toMatchObject({
      allowed: false,
      reason: 'missing_permission',
    });
    const secrets = [secretRecord(suite, machine.secret)];
    await putMachine(suite, world, machine, 2, { permissions: ['billing:read'], secrets });
    expect(await authorize(access_token, 'billing:write')).toMatchObject({ reason: 'missing_permission' });
    await putMachine(suite, world, machine, 3, { secrets });
    expect(await authorize(access_token, 'billing:write')).toMatchObject({ allowed: true });
  });

  it('narrows to a scope that is asked for, and for good', async () => {
    const { body } = await ask({ scope: 'billing:read' });
    expect([body.scope, claimsOf(body.access_token).permissions]).toEqual(['billing:read', ['billing:read']]);
    expect(await authorize(body.access_token, 'billing:read')).toMatchObject({ allowed: true });
    expect(await authorize(body.access_token, 'billing:write')).toMatchObject({
      reason: 'missing_permission',
    });
  });

  it('with both secrets while they overlap, and with the new one after', async () => {
    const each = await createMachine(suite, world);
    const next = createToken('client-secret');
    const secrets = (until: Date) => [secretRecord(suite, next), secretRecord(suite, each.secret, until)];
    await putMachine(suite, world, each, 2, { secrets: secrets(new Date(Date.now() + 60_000)) });
    const attempt = (client_secret: string) => ask({ client_id: each.clientId, client_secret });
    expect([(await attempt(each.secret)).status, (await attempt(next)).status]).toEqual([200, 200]);
    await putMachine(suite, world, each, 3, { secrets: secrets(new Date(Date.now() - 1)) });
    expect([(await attempt(each.secret)).status, (await attempt(next)).status]).toEqual([401, 200]);
  });
});

describe('401', () => {
  it.each([
    ['an unknown client', () => ({ client_id: createId('svc_') })],
    ['a client id of another form', () => ({ client_id: 'billing-service' })],
    ['a wrong secret', () => ({ client_secret: createToken('client-secret') })],
    ['the id as the secret', () => ({ client_secret: machine.clientId })],
  ])('with %s', async (_, body) => {
    const answer = await ask(body());
    expect([answer.status, answer.body.error.code]).toEqual([401, 'INVALID_CREDENTIALS']);
  });

  it('to a credential of another app, and to a revoked one, whose tokens are refused at once', async () => {
    const other = await createWorld(suite);
    expect((await ask({}, { params: { app: other.app.id } })).status).toBe(401);
    const each = await createMachine(suite, world);
    const body = { client_id: each.clientId, client_secret: each.secret };
    const { access_token } = (await ask(body)).body;
    expect(await authorize(access_token, 'billing:read')).toMatchObject({ allowed: true });
    await putMachine(suite, world, each, 2, {
      status: 'revoked',
      secrets: [secretRecord(suite, each.secret)],
    });
    expect((await ask(body)).status).toBe(401);
    expect(await authorize(access_token, 'billing:read')).toEqual({
      allowed: false,
      reason: 'credential_inactive',
      principal: null,
    });
  });

  it('in the words of RFC 6749 to a form, with the scheme it may use', async () => {
    for (const headers of [basic(machine.clientId, 'wrong'), { authorization: 'Basic !' }]) {
      const answer = await form({}, headers);
      expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
      expect(answer.headers['www-authenticate']).toMatch(/^Basic /);
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });
});

describe('400', () => {
  it.each(['billing:delete', 'billing:read projects:read', '*:*', 'no-permission'])(
    'to the scope %s',
    async (scope) => {
      const answer = await ask({ scope });
      expect([answer.status, answer.body.error.code]).toEqual([400, 'INVALID_SCOPE']);
      const oauth = await form({ scope }, basic(machine.clientId, machine.secret));
      expect([oauth.status, oauth.body.error]).toEqual([400, 'invalid_scope']);
    },
  );

  it('to a client that proves itself twice', async () => {
    const answer = await form({ client_secret: machine.secret }, basic(machine.clientId, machine.secret));
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
  });
});
