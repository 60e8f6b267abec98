import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, expectStatus, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const password = 'a long password of a guest';
const accept = (token: string, given = password) =>
  suite.call('acceptInvite', { params: { invite_token: token }, body: { password: given } });
const invited = async () => {
  const call = { auth: world.owner.pat, params: { app: world.app.id } };
  const email = `${uniqueName('bob')}@contractor.io`;
  await expectStatus(suite.call('createUser', { ...call, body: { email, password, role: 'admin' } }), 201);
  const body = { email, role: world.role.name };
  return (await expectStatus(suite.call('createInvite', { ...call, body }), 201)).body.token as string;
};

describe('guesses at an invite with tokens stopped', () => {
  it('draw on a budget that does not need it, and who knows the password is let in', async () => {
    const [guessed, known] = [await invited(), await invited()];
    await suite.control.stop('tokens');
    try {
      const guesses = await Promise.all(
        Array.from({ length: 20 }, (_, n) => accept(guessed, `the wrong pass phrase ${String(n)}`)),
      );
      const statuses = guesses.map(({ status }) => status);
      expect(statuses.filter((status) => status === 401)).toHaveLength(10);
      expect(statuses.filter((status) => status === 429)).toHaveLength(10);
      expect((await accept(guessed)).status).toBe(429);
      expect((await accept(known)).status).toBe(200);
    } finally {
      await suite.control.start('tokens');
    }
    // What was guessed meanwhile is not forgotten.
    expect((await accept(guessed)).status).toBe(429);
  });

  it('wait for a tokens that is frozen less than a second', async () => {
    const token = await invited();
    await suite.control.whilePaused('tokens', async () => {
      const { status, durationMs } = await accept(token, 'the wrong pass phrase');
      expect(status).toBe(401);
      expect(durationMs).toBeLessThan(1500);
    });
  });
});
