import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const ip = '127.0.0.1';
const count = (
  email: string,
  more: object = {},
  asService: 'heimdall-admin' | 'platform' = 'heimdall-admin',
) =>
  suite.call('countSignInGuess', {
    asService,
    params: { app_id: world.app.id },
    body: { email, ip, succeeded: false, ...more },
  });
const waits = async (email: string, times: number) => {
  const answers = await Promise.all(Array.from({ length: times }, () => count(email)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  return answers.map(({ body }) => body.retry_after_seconds as number | null);
};
const address = () => `${uniqueName('somebody')}@example.com`;

describe('200', () => {
  it('lets ten of 20 at once through and says how long the others wait, in any case of the address', async () => {
    const email = address();
    const each = await waits(email, 20);
    expect(each.filter((wait) => wait === null)).toHaveLength(10);
    for (const wait of each.filter((wait) => wait !== null)) expect(wait).toBeGreaterThan(0);
    const [again] = await waits(email.toUpperCase(), 1);
    expect(again).toBeGreaterThan(0);
    // Another caller still may.
    expect((await count(email, { ip: '192.0.2.200' })).body).toEqual({ retry_after_seconds: null });
  });

  it('forgets the failures of a caller who has succeeded', async () => {
    const email = address();
    await waits(email, 9);
    expect((await count(email, { succeeded: true })).body).toEqual({ retry_after_seconds: null });
    expect(await waits(email, 10)).toEqual(Array(10).fill(null));
  });
});

describe('403', () => {
  it('to a service that checks no passwords of end users', async () => {
    expect((await count(address(), {}, 'platform')).status).toBe(403);
  });
});
