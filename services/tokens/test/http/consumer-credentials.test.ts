import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tokensOperations, type Operation } from '@pcft/contracts';
import { createToken } from '@pcft/credentials';
import { connectSuite, createWorld, expectStatus, validCall, type Suite, type World } from '@pcft/testing';
import { signUp } from './end-users.ts';

let suite: Suite;
let world: World;
let other: World;

beforeAll(async () => {
  suite = await connectSuite();
  [world, other] = [await createWorld(suite), await createWorld(suite)];
});
afterAll(() => suite.close());

const consumer = Object.values(tokensOperations as Record<string, Operation>)
  .filter(({ access }) => access.kind !== 'handler' && 'appKeyPermission' in access)
  .map((operation) => [operation.operationId, operation] as const);
const publicOnes = consumer.filter(([, { access }]) => access.kind === 'public');

async function keyWith(permissions: string[]): Promise<string> {
  const { body } = await expectStatus(
    suite.call('createAppApiKey', {
      auth: world.owner.pat,
      params: { app: world.app.id },
      body: { name: 'narrow', permissions },
    }),
    201,
  );
  return body.secret as string;
}

describe.each(consumer)('%s', (operationId, operation) => {
  const withKey = (key: string) => {
    const valid = validCall(operation, world);
    return suite.call(operationId, { ...valid, headers: { 'x-api-key': key } });
  };

  it('403 beside an app API key that may do other things', async () => {
    const { status, body } = await withKey(await keyWith(['projects:read', 'auth:nothing']));
    expect([status, body.error.details[0].field]).toEqual([403, 'permissions']);
  });

  it('404 beside a key of another app', async () => {
    expect((await withKey(other.appKey.secret)).status).toBe(404);
  });

  it('401 beside a key that was never issued', async () => {
    expect((await withKey(createToken('app-key'))).status).toBe(401);
  });
});

describe.each(publicOnes)('%s', (operationId, operation) => {
  it('404 for an app that does not exist', async () => {
    const input = { ...validCall(operation, world), params: { app: 'no-such-app' } };
    expect((await suite.call(operationId, input)).status).toBe(404);
  });
});

describe('an end user', () => {
  const me = (input: object) => suite.call('getEndUser', { params: { app: world.app.id }, ...input });

  it('calls with the own token, alone or beside an app API key, in either header', async () => {
    const { access } = await signUp(suite, world);
    const key = await keyWith(['auth:read']);
    for (const input of [
      { auth: access },
      { auth: access, headers: { 'x-api-key': key } },
      { auth: key, headers: { 'x-api-key': access } },
    ])
      expect((await me(input)).status).toBe(200);
  });

  it('is not who an app API key speaks for', async () => {
    expect((await me({ auth: world.appKey.secret })).status).toBe(401);
  });

  it('of another app gets the 404 of an app that does not exist', async () => {
    const other = await createWorld(suite);
    expect((await me({ auth: other.accessToken })).status).toBe(404);
  });

  it('is no machine', async () => {
    const { clientId: client_id, secret: client_secret } = world.credential;
    const grant = { grant_type: 'client_credentials', client_id, client_secret };
    const { body } = await expectStatus(
      suite.call('issueToken', { params: { app: world.app.id }, body: grant }),
      200,
    );
    expect((await me({ auth: body.access_token })).status).toBe(401);
  });

  it('is nobody once deactivated', async () => {
    const { access, id } = await signUp(suite, world);
    const params = { app: world.app.id, user_id: id };
    await suite.call('deactivateUser', { auth: world.owner.pat, params });
    expect((await me({ auth: access })).status).toBe(401);
  });
});
