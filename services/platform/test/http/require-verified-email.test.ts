import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, uniqueName, type Suite } from '@pcft/testing';
import { mailedToken, subjects } from '../mailed-token.ts';

let suite: Suite;
let on: `http${string}`;
let instance: string;
beforeAll(async () => {
  suite = await connectSuite();
  const started = await suite.control.startInstance('platform', { REQUIRE_VERIFIED_EMAIL: '1' });
  [instance, on] = [started.name, started.url as `http${string}`];
}, 60_000);
afterAll(async () => {
  await suite.control.stop(instance);
  await suite.close();
});

describe('where a verified address is asked for', () => {
  it('a sign-in is refused until it is there, and only who knows the password learns so', async () => {
    const body = { email: `${uniqueName('new')}@example.com`, password: 'a-long-secure-passphrase' };
    const signedUp = await suite.call('signUpWithEmail', { body: { ...body, name: 'Ann' }, on });
    expect(signedUp.body.data.verificationRequired).toBe(true);
    const refused = await suite.call('signInWithEmail', { body, on });
    expect([refused.status, refused.body.code, refused.cookies]).toEqual([403, 'EMAIL_NOT_VERIFIED', []]);
    expect(refused.body.message).toContain('/api/auth/send-verification-email');
    const wrong = await suite.call('signInWithEmail', { body: { ...body, password: 'wrong' }, on });
    expect(wrong.body.code).toBe('INVALID_CREDENTIALS');
    const token = await mailedToken(suite, { to: body.email, subject: subjects.verify });
    await suite.call('verifyEmail', { body: { token } });
    expect((await suite.call('signInWithEmail', { body, on })).status).toBe(200);
  });
});
