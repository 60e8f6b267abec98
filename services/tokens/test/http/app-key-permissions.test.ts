import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, expectStatus, validCall, type Suite, type World } from '@pcft/testing';
import { tokensOperations, type Operation } from '@pcft/contracts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

async function keyWith(permissions?: string[]): Promise<string> {
  const { body } = await expectStatus(
    suite.call('createAppApiKey', {
      auth: world.owner.pat,
      params: { app: world.app.id },
      body: { name: 'backend', ...(permissions && { permissions }) },
    }),
    201,
  );
  return body.secret as string;
}

/** What an app API key may do by itself, and what it has to hold for it. */
const calls: readonly [string, string, Operation][] = [
  ['authorize', 'tokens:authorize', tokensOperations.authorize],
  ['authorizeBatch', 'tokens:authorize', tokensOperations.authorizeBatch],
  ['introspectAppToken', 'tokens:introspect', tokensOperations.introspectAppToken],
];

describe.each(calls)('%s with an app API key', (operationId, permission, operation) => {
  const ask = (auth: string) => suite.call(operationId, { ...validCall(operation, world), auth });

  it('without a list of its own, or with one that covers it', async () => {
    for (const permissions of [undefined, [permission], ['tokens:*'], ['*:*'], ['auth:read', permission]])
      expect((await ask(await keyWith(permissions))).status).toBe(200);
  });

  it('403 with a list that lacks it, warm or not; the answer says what is missing', async () => {
    for (const permissions of [['auth:read'], ['projects:*'], ['tokens:other']]) {
      const key = await keyWith(permissions);
      for (let times = 0; times < 2; times++) {
        const { status, body } = await ask(key);
        expect([status, body.error.code, body.error.details]).toEqual([
          403,
          'FORBIDDEN',
          [{ field: 'permissions', reason: `needs ${permission}` }],
        ]);
      }
    }
  });
});
