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

describe('200 to an access token', () => {
  it('of a user ends the session', async () => {
    const each = await createWorld(suite);
    expect(await reasonFor(each)).toBe('allowed');
    const answer = await revoke({ token: each.accessToken }, each);
    expect([answer.status, answer.body]).toEqual([200, { revoked: true }]);
    expect([(await refresh(each)).status, await reasonFor(each)]).toEqual([401, 'session_ended']);
    const me = await suite.call('getEndUser', { auth: each.accessToken, params: { app: each.app.id } });
    expect(me.status).toBe(401);
    expect((await revoke({ token: each.accessToken }, each)).status).toBe(200);
  });

  it('of a machine ends that token and no other, in every process', async () => {
    const { clientId: client_id, secret: client_secret } = world.credential;
    const issue = async () => {
      const body = { grant_type: 'client_credentials', client_id, client_secret };
      const answer = await suite.call('issueToken', { params: { app: world.app.id }, body });
      return answer.body.access_token as string;
    };
    const ask = async (token: string) => {
      const body = { token, permission: 'projects:read' };
      return (await suite.call('authorize', { auth: world.appKey.secret, body })).body.reason as string;
    };
    const introspect = async (token: string) => {
      const input = { auth: world.appKey.secret, params: { app: world.app.id }, body: { token } };
      return (await suite.call('introspectAppToken', input)).body.active as boolean;
    };
    const [gone, stays] = [await issue(), await issue()];
    expect([await ask(gone), await ask(stays)]).toEqual(['allowed', 'allowed']);
    for (let times = 0; times < 2; times++) {
      const form = new URLSearchParams({ token: gone, token_type_hint: 'access_token' });
      expect((await revoke(form)).status).toBe(200);
      expect([await ask(gone), await ask(stays)]).toEqual(['token_revoked', 'allowed']);
    }
    expect([await introspect(gone), await introspect(stays)]).toEqual([false, true]);
    const { rows } = await suite
      .database('tokens', 'owner')
      .query('SELECT expires_at > now() AS good FROM revoked_access_token WHERE credential_id = $1', [
        world.credential.id,
      ]);
    expect(rows).toEqual([{ good: true }]);
  });

  it('of another app, forged or altered changes nothing', async () => {
    const other = await createWorld(suite);
    const altered = other.accessToken.slice(0, -4) + 'AAAA';
    await revoke({ token: altered }, other);
    await revoke({ token: other.accessToken });
    expect([(await refresh(other)).status, await reasonFor(other)]).toEqual([200, 'allowed']);
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
