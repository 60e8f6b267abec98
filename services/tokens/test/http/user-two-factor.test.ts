import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, expectStatus, type Suite, type World } from '@pcft/testing';
import { Secret, URI } from 'otpauth';
import { eventOf, settings, signIn, signUp, userPassword, verifiedUser, type SignedUp } from './end-users.ts';
import { challengeOf, codeOf, guardedUser, verify } from './second-factors.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const as = ({ access }: Pick<SignedUp, 'access'>, operationId: string, body?: object) =>
  suite.call(operationId, { auth: access, params: { app: world.app.id }, ...(body && { body }) });

describe('setting a second factor up', () => {
  it('shows the secret once, and the recovery codes with its first code', async () => {
    const user = await verifiedUser(suite, world);
    const begun = await expectStatus(as(user, 'enrolUserTotp', { password: userPassword }), 200);
    const uri = URI.parse(begun.body.otpauth_uri as string);
    expect([uri.issuer, uri.label, uri.secret.base32]).toEqual(['An app', user.email, begun.body.secret]);
    const status = async () => (await as(user, 'getUserTwoFactor')).body;
    expect(await status()).toEqual({ enabled: false, activated_at: null, recovery_codes_left: 0 });
    // Not asked for before a first code was shown.
    await signIn(suite, world, user.email);
    const done = await as(user, 'confirmUserTotp', { code: codeOf(begun.body as { secret: string }) });
    expect([done.status, done.body.enabled, new Set(done.body.recovery_codes).size]).toEqual([200, true, 10]);
    expect(await status()).toEqual({
      enabled: true,
      activated_at: expect.any(String),
      recovery_codes_left: 10,
    });
    const row = await eventOf(suite, world, 'user.two-factor-activated', user.id);
    expect(row).toMatchObject({ actor_id: user.id, app_id: world.app.id, ip_address: expect.any(String) });
  });

  it('keeps the secret sealed and the codes as digests', async () => {
    const { id, secret, recoveryCodes } = await guardedUser(suite, world);
    const { rows } = await suite.database('tokens', 'owner').query<{ sealed: Buffer; codes: Buffer[] }>(
      `SELECT sealed, (SELECT array_agg(digest) FROM user_recovery_code WHERE user_id = $1) AS codes
       FROM user_two_factor WHERE user_id = $1`,
      [id],
    );
    const [row] = rows;
    expect(row?.sealed.includes(Buffer.from(Secret.fromBase32(secret).bytes))).toBe(false);
    expect(row?.codes).toHaveLength(10);
    const dump = Buffer.concat([row?.sealed ?? Buffer.of(), ...(row?.codes ?? [])]).toString('latin1');
    for (const text of [secret, ...recoveryCodes]) expect(dump).not.toContain(text);
  });

  it('replaces one that was never activated', async () => {
    const user = await verifiedUser(suite, world);
    const enrol = () => expectStatus(as(user, 'enrolUserTotp', { password: userPassword }), 200);
    const [first, second] = [await enrol(), await enrol()];
    expect((await as(user, 'confirmUserTotp', { code: codeOf(first.body) })).status).toBe(403);
    expect((await as(user, 'confirmUserTotp', { code: codeOf(second.body) })).status).toBe(200);
  });
});

describe('400', () => {
  it.each(['disableUserTwoFactor', 'renewUserRecoveryCodes'])(
    '%s takes no other proof',
    async (operationId) => {
      expect((await as({ access: world.accessToken }, operationId, { pin: '0000' })).status).toBe(400);
    },
  );
});

describe('403', () => {
  it('for a wrong password or first code, with a row', async () => {
    const user = await verifiedUser(suite, world);
    const wrong = await as(user, 'enrolUserTotp', { password: 'a wrong password' });
    expect([wrong.status, wrong.body.error.code]).toEqual([403, 'CONFIRMATION_REFUSED']);
    expect(await eventOf(suite, world, 'user.confirmation-refused', user.id)).toMatchObject({
      metadata: { reason: 'wrong_password' },
    });
    await as(user, 'enrolUserTotp', { password: userPassword });
    expect((await as(user, 'confirmUserTotp', { code: '000000' })).body.error.code).toBe(
      'CONFIRMATION_REFUSED',
    );
  });

  it('while the address is not verified, so that nobody guards the address of another; also once it is another', async () => {
    const user = await signUp(suite, world);
    const refused = await as(user, 'enrolUserTotp', { password: userPassword });
    expect([refused.status, refused.body.error.code]).toEqual([403, 'EMAIL_NOT_VERIFIED']);
    const params = { app: world.app.id, user_id: user.id };
    const edit = (body: object) => suite.call('updateUser', { auth: world.owner.pat, params, body });
    await expectStatus(edit({ email_verified: true }), 200);
    const begun = await expectStatus(as(user, 'enrolUserTotp', { password: userPassword }), 200);
    const code = codeOf(begun.body as { secret: string });
    await expectStatus(edit({ email: `moved-${user.email}` }), 200);
    expect((await as(user, 'confirmUserTotp', { code })).body.error.code).toBe('EMAIL_NOT_VERIFIED');
    await expectStatus(edit({ email_verified: true }), 200);
    // Other letters are no other address.
    await expectStatus(edit({ email: `MOVED-${user.email}` }), 200);
    expect((await as(user, 'confirmUserTotp', { code })).status).toBe(200);
  });

  it('for the password where a code is what guards the account', async () => {
    const user = await guardedUser(suite, world);
    for (const [operationId, body] of [
      ['disableUserTwoFactor', { password: userPassword }],
      ['renewUserRecoveryCodes', { password: userPassword }],
      ['changeUserPassword', { current_password: userPassword, new_password: 'an entirely different horse' }],
    ] as const) {
      const { status, body: answer } = await as(user, operationId, body);
      expect([status, answer.error.code, answer.error.details[0].field]).toEqual([
        403,
        'CONFIRMATION_REQUIRED',
        'code',
      ]);
      expect((await as(user, operationId, { ...body, code: '000000' })).body.error.code).toBe(
        'CONFIRMATION_REFUSED',
      );
    }
  });

  it('for nothing at all, where there is no second factor', async () => {
    const user = await signUp(suite, world);
    const answer = await as(user, 'disableUserTwoFactor', {});
    expect([answer.status, answer.body.error.details[0].field]).toEqual([403, 'password']);
  });
});

describe('409', () => {
  it('for a second one, for a code of none, and for codes where there is none', async () => {
    const guarded = await guardedUser(suite, world);
    expect((await as(guarded, 'enrolUserTotp', { password: userPassword })).status).toBe(409);
    expect((await as(guarded, 'confirmUserTotp', { code: codeOf(guarded) })).status).toBe(409);
    const bare = await verifiedUser(suite, world);
    expect((await as(bare, 'confirmUserTotp', { code: '123456' })).status).toBe(409);
    expect((await as(bare, 'renewUserRecoveryCodes', { password: userPassword })).status).toBe(409);
  });
});

describe('429', () => {
  it('when passwords or codes are guessed at an open session', async () => {
    const user = await guardedUser(suite, world);
    for (let i = 0; i < 10; i++)
      expect((await as(user, 'disableUserTwoFactor', { code: String(100_000 + i) })).status).toBe(403);
    const { status, headers } = await as(user, 'disableUserTwoFactor', { code: codeOf(user) });
    expect([status, Number(headers['retry-after'])]).toEqual([429, expect.any(Number)]);
    // The budget is that of the user's codes, wherever they are guessed.
    const challenge = await challengeOf(suite, world, user);
    expect((await verify(suite, world, challenge, codeOf(user))).status).toBe(429);
  });
});

describe('200', () => {
  it('a code removes it, and the password is enough again', async () => {
    const user = await guardedUser(suite, world);
    const removed = await as(user, 'disableUserTwoFactor', { code: codeOf(user) });
    expect([removed.status, removed.body]).toEqual([200, { enabled: false }]);
    await signIn(suite, world, user.email);
    expect((await as(user, 'getUserTwoFactor')).body.recovery_codes_left).toBe(0);
  });

  it('new recovery codes, and the old ones are void', async () => {
    const user = await guardedUser(suite, world);
    const renewed = await expectStatus(as(user, 'renewUserRecoveryCodes', { code: codeOf(user) }), 200);
    const [old = ''] = user.recoveryCodes;
    const [fresh = ''] = renewed.body.recovery_codes as string[];
    const challenge = await challengeOf(suite, world, user);
    expect((await verify(suite, world, challenge, old)).status).toBe(401);
    expect((await verify(suite, world, challenge, fresh)).status).toBe(200);
  });

  it('another password beside a code; sign-ins that waited are over', async () => {
    const user = await guardedUser(suite, world);
    const waiting = await challengeOf(suite, world, user);
    const next = 'an entirely different horse';
    const body = { current_password: userPassword, new_password: next, code: user.recoveryCodes[0] };
    await expectStatus(as(user, 'changeUserPassword', body), 200);
    expect((await verify(suite, world, waiting, codeOf(user))).status).toBe(401);
  });
});

describe('removeUserTwoFactor', () => {
  const remove = (user_id: string, auth = world.owner.pat) =>
    suite.call('removeUserTwoFactor', { auth, params: { app: world.app.id, user_id } });

  it('204: an administrator lets somebody in who has lost it, again and again', async () => {
    const user = await guardedUser(suite, world);
    expect((await remove(user.id)).status).toBe(204);
    expect((await remove(user.id)).status).toBe(204);
    await signIn(suite, world, user.email);
    expect(await eventOf(suite, world, 'user.two-factor-removed', user.id)).toMatchObject({
      target_id: user.id,
      actor_id: expect.stringMatching(/^acc_/),
    });
  });

  it('404 for a user of another app', async () => {
    const other = await createWorld(suite);
    expect((await remove(other.user.id)).status).toBe(404);
  });
});

describe('the user is told by mail', () => {
  it('of every change and of every recovery code used, and no mail has a secret in it', async () => {
    const user = await guardedUser(suite, world);
    const [first, second] = user.recoveryCodes;
    const told = async (subject: string, text: string, count = 1) => {
      const mail = await suite.inbox.waitFor({ to: user.email, subject, count });
      expect(mail.text).toContain(text);
    };
    await told('A second factor was added for An app', 'code of your authenticator');
    const challenge = await challengeOf(suite, world, user);
    await expectStatus(verify(suite, world, challenge, first ?? ''), 200);
    await told('A recovery code was used for An app', '9 are left');
    const renewed = await expectStatus(as(user, 'renewUserRecoveryCodes', { code: second }), 200);
    await told('A recovery code was used', '8 are left', 2);
    await told('Your recovery codes were renewed for An app', 'void');
    const codes = renewed.body.recovery_codes as string[];
    const grant = { grant_type: 'password', email: user.email, password: userPassword, otp: codes[0] };
    await expectStatus(suite.call('issueToken', { params: { app: world.app.id }, body: grant }), 200);
    await told('A recovery code was used', '9 are left', 3);
    // A code of the authenticator is nobody's news, nor is one that was refused.
    await expectStatus(as(user, 'disableUserTwoFactor', { code: '000000' }), 403);
    await expectStatus(as(user, 'disableUserTwoFactor', { code: codeOf(user) }), 200);
    await told('Your second factor was removed for An app', 'the password alone');
    const mails = (await suite.inbox.list({ to: user.email })).filter(
      ({ subject }) => !/Verify/.test(subject),
    );
    expect(mails).toHaveLength(6);
    for (const { text, html } of mails) {
      for (const secret of [user.secret, userPassword, ...user.recoveryCodes, ...codes])
        expect([text.includes(secret), html.includes(secret)]).toEqual([false, false]);
    }
  });

  it('of the removal by an administrator, of one that was active only', async () => {
    const [user, pending] = [await guardedUser(suite, world), await verifiedUser(suite, world)];
    await expectStatus(as(pending, 'enrolUserTotp', { password: userPassword }), 200);
    for (const { id } of [pending, user]) {
      const params = { app: world.app.id, user_id: id };
      await expectStatus(suite.call('removeUserTwoFactor', { auth: world.owner.pat, params }), 204);
    }
    const mail = await suite.inbox.waitFor({ to: user.email, subject: 'second factor was removed' });
    expect(mail.text).toContain('by an administrator');
    expect(await suite.inbox.list({ to: pending.email, subject: 'second factor' })).toEqual([]);
  });

  it('in the words of the app, which say what has happened', async () => {
    const own = await createWorld(suite);
    const template = { subject: '{{app}}: {{name}}', text: 'Dear {{email}}: {{event}}' };
    await settings(suite, own, { mail: { from_name: 'Acme', templates: { second_factor: template } } });
    const { email } = await guardedUser(suite, own);
    const mail = await suite.inbox.waitFor({ to: email, subject: 'An app: eve' });
    expect(mail.text).toContain('A second factor was added');
    expect(mail.from).toContain('Acme');
    for (const text of ['nothing of it', '{{event}} at {{url}}']) {
      const body = { mail: { templates: { second_factor: { subject: 'x', text } } } };
      const params = { app: own.app.id };
      const answer = await suite.call('updateAppSettings', { auth: own.owner.pat, params, body });
      expect(answer.status).toBe(400);
    }
  });
});
