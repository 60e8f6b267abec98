import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, expectStatus, type Suite, type World } from '@pcft/testing';
import { signUp } from '../http/end-users.ts';
import { askForReset, askForVerification } from '../http/mailed.ts';

let suite: Suite;
let world: World;
const password = 'an entirely different passphrase';

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const params = () => ({ app: world.app.id });
const reset = (token: string) =>
  suite.call('resetUserPassword', { params: params(), body: { token, new_password: password } });
const verify = (token: string) => suite.call('verifyUserEmail', { params: params(), body: { token } });

describe('links of end users with heimdall-admin stopped', () => {
  it('are sent, and used when it is back; an address that is verified already needs no record', async () => {
    const [waiting, done] = [await signUp(suite, world), await signUp(suite, world)];
    const known = await askForVerification(suite, world, done.email, 2);
    await expectStatus(reset(await askForReset(suite, world, done.email)), 200);
    await suite.control.stop('heimdall-admin');
    let links: { token: string; of: typeof reset }[] = [];
    try {
      expect((await verify(known)).status).toBe(200);
      links = [
        { token: await askForReset(suite, world, waiting.email), of: reset },
        { token: await askForVerification(suite, world, waiting.email, 2), of: verify },
      ];
      // Twice: what could not be done leaves the link as it was.
      for (const { token, of } of [...links, ...links]) expect((await of(token)).status).toBe(503);
    } finally {
      await suite.control.start('heimdall-admin');
    }
    for (const { token, of } of links) {
      expect((await of(token)).status).toBe(200);
      expect((await of(token)).status).toBe(400);
    }
    const body = { email: waiting.email, password };
    expect((await suite.call('signInUser', { params: params(), body })).status).toBe(200);
  }, 60_000);
});
