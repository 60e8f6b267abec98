import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createToken } from '@pcft/credentials';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const revoke = (body: unknown, of = world, more: object = {}) =>
  suite.call('revokeToken', { params: { app: of.app.id }, body, ...more });
const refresh = (of: World, refresh_token = of.refreshToken) =>
  suite.call('refreshToken', { params: { app: of.app.id }, body: { refresh_token } });
const reasonFor = async (of: World) => {
  const body = { token: of.accessToken, permission: 'projects:read' };
  return (await suite.call('authorize', { auth: of.appKey.secret, body })).body.reason as string;
};

describe('200', () => {
  it('ends the session: the refresh token is void, and authorize says no at once', async () => {
    const each = await createWorld(suite);
    expect(await reasonFor(each)).toBe('allowed');
    const answer = await revoke({ refresh_token: each.refreshToken }, each);
    expect([answer.status, answer.body]).toEqual([200, { revoked: true }]);
    expect([(await refresh(each)).status, await reasonFor(each)]).toEqual([401, 'session_ended']);
  });

  it('by any token of the session, also one that was exchanged', async () => {
    const each = await createWorld(suite);
    const next = await refresh(each);
    await revoke({ token: each.refreshToken }, each);
    expect((await refresh(each, next.body.refresh_token)).status).toBe(401);
  });

  it('to a form, as RFC 7009 sends it', async () => {
    const each = await createWorld(suite);
    const body = new URLSearchParams({
      token: each.refreshToken,
      token_type_hint: 'refresh_token',
      client_id: 'x',
    });
    expect((await revoke(body, each)).status).toBe(200);
    expect((await refresh(each)).status).toBe(401);
  });

  it('alike to a token that is unknown, of another app, or revoked already', async () => {
    const other = await createWorld(suite);
    for (const token of [createToken('refresh-token'), 'x', other.refreshToken]) {
      const answer = await revoke({ refresh_token: token });
      expect([answer.status, answer.body]).toEqual([200, { revoked: true }]);
    }
    expect((await refresh(other)).status).toBe(200);
    await revoke({ refresh_token: other.refreshToken }, other);
    expect((await revoke({ refresh_token: other.refreshToken }, other)).status).toBe(200);
  });
});

describe('400', () => {
  it.each([
    ['refresh_token', {}],
    ['token', { refresh_token: 'a', token: 'b' }],
  ])('names the field %s of %j', async (field, body) => {
    const answer = await revoke(body);
    expect([answer.status, answer.body.error.details[0].field]).toEqual([400, field]);
  });

  it('in the words of RFC 7009 to a form', async () => {
    const answer = await revoke(new URLSearchParams({ token_type_hint: 'x' }));
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
  });
});

describe('404', () => {
  it('when there is no such app', async () => {
    const answer = await revoke({ refresh_token: 'x' }, world, { params: { app: 'no-such-app' } });
    expect(answer.status).toBe(404);
  });
});
