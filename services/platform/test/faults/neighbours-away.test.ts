import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connectSuite, type Suite } from '@pcft/testing';
import { subjects } from '../mailed-token.ts';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

it('mail: what was promised is sent when the server is back', async () => {
  const { email } = await suite.createAccount();
  await suite.control.stop('inbox');
  try {
    expect((await suite.call('forgetPassword', { body: { email } })).status).toBe(200);
  } finally {
    await suite.control.start('inbox');
  }
  await suite.inbox.waitFor({ to: email, subject: subjects.reset, timeoutMs: 20_000 });
}, 60_000);

it('Redis: guesses at a password are limited all the same', async () => {
  const { email, password } = await suite.createAccount();
  const signIn = (guess: string) => suite.call('signInWithEmail', { body: { email, password: guess } });
  await suite.control.whilePaused('redis', async () => {
    const statuses: number[] = [];
    while (statuses.at(-1) !== 429 && statuses.length < 20)
      statuses.push((await signIn(`not ${password}`)).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
    expect((await signIn(password)).status).toBe(429);
  });
}, 60_000);

it('audit: usage is 503 with Retry-After', async () => {
  const owner = await suite.createOwner();
  const params = { ws: owner.workspace.id, id: owner.patId };
  const answer = await suite.control.whilePaused('audit', () =>
    suite.call('getAccessTokenUsage', { auth: owner.session, params }),
  );
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
});
