import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createToken } from '@pcft/credentials';
import { connectSuite, createWorld, expectStatus, type Suite, type World } from '@pcft/testing';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';

/** Clients that know the standards and nothing of the suite, through the gateway only. */
const insecure = { [oauth.allowInsecureRequests]: true };

let suite: Suite;
let world: World;
let other: World;
let server: oauth.AuthorizationServer;
/** Rotates without the quarter of an hour that verifiers have otherwise. */
let hasty: { name: string; url: string };

beforeAll(async () => {
  suite = await connectSuite();
  [world, other] = [await createWorld(suite), await createWorld(suite)];
  hasty = await suite.control.startInstance('tokens', {
    SIGNING_KEY_LEAD_SECONDS: '2',
    JWKS_MAX_AGE_SECONDS: '1',
  });
  server = serverOf(world);
}, 60_000);
afterAll(async () => {
  await suite.control.stop(hasty.name);
  await suite.close();
});

/** What an operator would write down, the suite having no discovery document for an app. */
function serverOf({ app, accessToken }: World): oauth.AuthorizationServer {
  const base = `${suite.gatewayUrl}/v1/apps/${app.name}`;
  return {
    issuer: decodeJwt(accessToken).iss ?? '',
    token_endpoint: `${base}/tokens`,
    revocation_endpoint: `${base}/tokens/revoke`,
    introspection_endpoint: `${suite.gatewayUrl}/v1/oauth/introspect`,
    jwks_uri: `${base}/.well-known/jwks.json`,
  };
}

const keysOf = ({ app }: World) =>
  createRemoteJWKSet(new URL(`${suite.gatewayUrl}/v1/apps/${app.id}/.well-known/jwks.json`), {
    // A key that is not known is looked for at once; what is known is kept.
    cooldownDuration: 0,
    cacheMaxAge: Infinity,
  });
const globalKeys = () =>
  createRemoteJWKSet(new URL(`${suite.gatewayUrl}/v1/.well-known/jwks.json`), { cooldownDuration: 0 });

const machineToken = async (auth = oauth.ClientSecretBasic(world.credential.secret), scope?: string) => {
  const client = { client_id: world.credential.clientId };
  const parameters = new URLSearchParams(scope === undefined ? {} : { scope });
  const response = await oauth.clientCredentialsGrantRequest(server, client, auth, parameters, insecure);
  expect(response.headers.get('cache-control')).toBe('no-store');
  return oauth.processClientCredentialsResponse(server, client, response);
};
const userToken = async (of = world, on?: string) => {
  const { email, password } = of.user;
  const call = suite.call('issueToken', {
    params: { app: of.app.id },
    body: { grant_type: 'password', email, password },
    ...(on !== undefined && { on: on as `http${string}` }),
  });
  return (await expectStatus(call, 200)).body.access_token as string;
};
const expected = () => ({
  issuer: server.issuer,
  audience: world.app.id,
  algorithms: ['RS256'],
  typ: 'at+jwt',
});

describe('jose with a remote JWKS', () => {
  it.each([
    ['of the app', () => keysOf(world)],
    ['of all apps', globalKeys],
  ])('verifies a user and a machine by the keys %s', async (_, keys) => {
    const jwks = keys();
    const user = await jwtVerify(await userToken(), jwks, expected());
    expect(user.payload).toMatchObject({ sub: world.user.id, app_id: world.app.id });
    expect(user.payload['permissions']).toEqual(['projects:read']);
    const machine = await jwtVerify((await machineToken()).access_token, jwks, expected());
    expect(machine.payload).toMatchObject({
      sub: world.credential.id,
      client_id: world.credential.clientId,
    });
  });

  it('finds the keys where the issuer says they are', async () => {
    const iss = new URL(decodeJwt(await userToken()).iss ?? '');
    const jwks = createRemoteJWKSet(new URL(`${iss.href}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(await userToken(), jwks, expected());
    expect(payload.iss).toBe(iss.href);
  });

  it('refuses a token of another app, and one that was changed', async () => {
    const token = await userToken(other);
    await expect(jwtVerify(token, keysOf(world), { algorithms: ['RS256'] })).rejects.toThrow(
      errors.JWKSNoMatchingKey,
    );
    // All keys are in the global JWKS: the audience tells whose the token is.
    await expect(jwtVerify(token, globalKeys(), expected())).rejects.toThrow(errors.JWTClaimValidationFailed);
    const [header = '', payload = '', signature = ''] = (await userToken()).split('.');
    const forged = { ...decodeJwt(`${header}.${payload}.${signature}`), permissions: ['*:*'] };
    const changed = `${header}.${Buffer.from(JSON.stringify(forged)).toString('base64url')}.${signature}`;
    await expect(jwtVerify(changed, keysOf(world), expected())).rejects.toThrow(
      errors.JWSSignatureVerificationFailed,
    );
  });

  it('goes on over a rotation: what the old key has signed, and what the new one signs', async () => {
    const jwks = [keysOf(world), globalKeys()];
    const before = await userToken(world, hasty.url);
    for (const keys of jwks) await jwtVerify(before, keys, expected());
    const rotated = await suite.call('rotateSigningKey', {
      auth: world.owner.pat,
      params: { app: world.app.id },
      body: {},
      on: hasty.url as `http${string}`,
    });
    expect(rotated.status).toBe(202);
    await delay(Math.max(0, Date.parse(rotated.body.signs_from as string) - Date.now()) + 500);
    const after = await userToken(world, hasty.url);
    const kids = [before, after].map((token) => decodeProtectedHeader(token).kid);
    expect(kids).toEqual([world.kid, rotated.body.kid]);
    for (const keys of jwks)
      for (const token of [before, after, (await machineToken()).access_token])
        expect((await jwtVerify(token, keys, expected())).payload.aud).toBe(world.app.id);
  }, 30_000);
});

describe('oauth4webapi: client credentials', () => {
  it.each([
    ['HTTP Basic', () => oauth.ClientSecretBasic(world.credential.secret)],
    ['fields of the form', () => oauth.ClientSecretPost(world.credential.secret)],
  ])('with %s', async (_, auth) => {
    const answer = await machineToken(auth(), 'projects:read');
    expect(answer).toMatchObject({ token_type: 'bearer', expires_in: 3600, scope: 'projects:read' });
  });

  it('gives a token that a resource server takes for one of RFC 9068', async () => {
    const { access_token } = await machineToken();
    const request = new Request('https://backend.example/orders', {
      headers: { authorization: `Bearer ${access_token}` },
    });
    const claims = await oauth.validateJwtAccessToken(server, request, world.app.id, insecure);
    expect(claims).toMatchObject({ sub: world.credential.id, client_id: world.credential.clientId });
    await expect(oauth.validateJwtAccessToken(server, request, other.app.id, insecure)).rejects.toThrow(
      oauth.OperationProcessingError,
    );
  });

  it('is refused in the words of RFC 6749', async () => {
    await expect(machineToken(oauth.ClientSecretPost(createToken('client-secret')))).rejects.toMatchObject({
      code: oauth.WWW_AUTHENTICATE_CHALLENGE,
      status: 401,
    });
    await expect(
      machineToken(oauth.ClientSecretPost(world.credential.secret), 'projects:write'),
    ).rejects.toMatchObject({ error: 'invalid_scope', status: 400 });
  });
});

describe('oauth4webapi: introspection (RFC 7662) and revocation (RFC 7009)', () => {
  const bearer =
    (token: string): oauth.ClientAuth =>
    (_as, _client, _body, headers) =>
      headers.set('authorization', `Bearer ${token}`);
  const introspect = async (as: oauth.AuthorizationServer, token: string, auth: string) => {
    const client = { client_id: 'a-backend' };
    const response = await oauth.introspectionRequest(as, client, bearer(auth), token, insecure);
    return oauth.processIntrospectionResponse(as, client, response);
  };

  it('of a PAT, asked by a backend', async () => {
    expect(await introspect(server, world.pat.secret, world.owner.pat)).toMatchObject({
      active: true,
      token_type: 'Bearer',
      sub: world.owner.id,
      aud: world.owner.workspace.id,
    });
    await suite.revoke(world.owner, world.pat.id);
    expect(await introspect(server, world.pat.secret, world.owner.pat)).toEqual({ active: false });
  });

  it('of the tokens of an app, asked by its backend; and their end', async () => {
    const of = { ...server, introspection_endpoint: `${server.token_endpoint ?? ''}/introspect` };
    const client = { client_id: world.app.id };
    expect(await introspect(of, world.accessToken, world.appKey.secret)).toMatchObject({
      active: true,
      sub: world.user.id,
      iss: server.issuer,
    });
    const revoked = await oauth.revocationRequest(of, client, oauth.None(), world.refreshToken, insecure);
    await oauth.processRevocationResponse(revoked);
    for (const token of [world.refreshToken, world.accessToken])
      expect(await introspect(of, token, world.appKey.secret)).toEqual({ active: false });
  });
});

describe('oauth4webapi: refresh', () => {
  it('rotates, and the first token is then refused', async () => {
    const as = serverOf(other);
    const client = { client_id: other.app.id };
    const refresh = async (token: string) => {
      const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), token, insecure);
      return oauth.processRefreshTokenResponse(as, client, response);
    };
    const second = await refresh(other.refreshToken);
    expect(second.refresh_token).toMatch(/^rt_/);
    const third = await refresh(second.refresh_token ?? '');
    expect(third.refresh_token).not.toBe(second.refresh_token);
    await expect(refresh(other.refreshToken)).rejects.toMatchObject({ error: 'invalid_grant' });
  });
});
