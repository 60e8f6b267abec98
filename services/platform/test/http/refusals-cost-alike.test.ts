import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, uniqueName, type Suite } from '@pcft/testing';

let suite: Suite;
/** A process of its own, which hashes as in production: nobody else's passwords are hashed there. */
let instance: { name: string; url: string };
let taken: string;

beforeAll(async () => {
  suite = await connectSuite();
  instance = await suite.control.startInstance('platform', { PASSWORD_HASH_COST: '10' });
  taken = await signUp();
}, 60_000);
afterAll(async () => {
  await suite.control.stop(instance.name);
  await suite.close();
});

const nobody = () => `${uniqueName('nobody')}@example.com`;
const password = 'a-long-secure-passphrase';

/** Somebody whose password this process has hashed. */
async function signUp(): Promise<string> {
  const email = `${uniqueName('somebody')}@example.com`;
  await workOf('signUpWithEmail', { email, password, name: 'Your Name' });
  return email;
}

async function rounds(): Promise<number> {
  const text = await (await fetch(`${instance.url}/metrics`)).text();
  return Number(/^password_bcrypt_rounds_total(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1] ?? NaN);
}

/** What a call computes, and how it is answered. */
async function workOf(operationId: string, body: object): Promise<[status: number, rounds: number]> {
  const before = await rounds();
  const { status } = await suite.call(operationId, { on: instance.url as `http${string}`, body });
  return [status, (await rounds()) - before];
}

// How long answers take as a whole is measured by `npm run guarantee -- 11`.
describe('computes the same', () => {
  it('a refused sign-in, whoever has the address', async () => {
    const closed = await signUp();
    const { rowCount } = await suite
      .database('platform')
      .query('UPDATE account SET closed_at = now() WHERE email = $1', [closed]);
    expect(rowCount).toBe(1);
    for (const body of [
      { email: taken, password: 'wrong password' },
      { email: nobody(), password: 'wrong password' },
      { email: closed, password: 'wrong password' },
      { email: closed, password },
    ])
      expect(await workOf('signInWithEmail', body)).toEqual([401, 2 ** 10]);
  });

  it('a sign-up, whether or not the address is taken', async () => {
    for (const email of [nobody(), taken])
      expect(await workOf('signUpWithEmail', { email, password, name: 'Your Name' })).toEqual([200, 2 ** 10]);
  });
});
