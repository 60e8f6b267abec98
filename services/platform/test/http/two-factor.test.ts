import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createToken } from '@pcft/credentials';
import { auditRowOf, connectSuite, sessionOf, type Account, type Suite } from '@pcft/testing';
import { Secret, TOTP, URI } from 'otpauth';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

interface Enrolled extends Account {
  readonly secret: string;
  readonly recoveryCodes: string[];
}

/** A code of this time step, of the one before (-1) or after (+1): all three are taken, each once. */
const codeOf = (secret: string, steps = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + steps * 30_000 });
const as = (account: Pick<Account, 'session'>, operation: string, body?: object) =>
  suite.call(operation, { auth: account.session, ...(body && { body }) });
const signIn = ({ email, password }: Account) => suite.call('signInWithEmail', { body: { email, password } });
const challengeOf = async (account: Account) => (await signIn(account)).body.data.challengeToken as string;
const verify = (challengeToken: string, code: string) =>
  suite.call('verifyTwoFactor', { body: { challengeToken, code } });

/** Steps must not turn between two uses of them. */
async function startOfStep(): Promise<void> {
  const left = 30_000 - (Date.now() % 30_000);
  if (left < 10_000) await new Promise((resolve) => setTimeout(resolve, left + 50));
}

async function enrol(): Promise<Enrolled> {
  await startOfStep();
  const account = await suite.createAccount();
  const enabled = await as(account, 'enableTwoFactor', { password: account.password });
  const { secret, recoveryCodes } = enabled.body.data as { secret: string; recoveryCodes: string[] };
  const activated = await as(account, 'activateTwoFactor', { code: codeOf(secret, -1) });
  expect(activated.status).toBe(200);
  return { ...account, secret, recoveryCodes };
}

describe('setting up', () => {
  it('shows secret, URI and recovery codes once, and asks for nothing before the first code', async () => {
    const account = await suite.createAccount();
    expect((await as(account, 'getTwoFactor')).body.data).toEqual({
      enabled: false,
      activatedAt: null,
      recoveryCodesLeft: 0,
    });
    const enabled = await as(account, 'enableTwoFactor', { password: account.password });
    const { secret, otpauthUri, recoveryCodes } = enabled.body.data;
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    const uri = URI.parse(otpauthUri) as TOTP;
    expect([uri.issuer, uri.label, uri.secret.base32, uri.digits, uri.period]).toEqual([
      'ProductCraft',
      account.email,
      secret,
      6,
      30,
    ]);
    expect(new Set(recoveryCodes).size).toBe(10);
    for (const code of recoveryCodes) expect(code).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/);
    expect((await signIn(account)).body.data.session).toBeDefined();
    const row = await auditRowOf(suite, enabled);
    expect(row).toMatchObject({ action: 'account.two-factor-created', log: account.id });
    expect(JSON.stringify(row)).not.toContain(secret);
  });

  it('keeps the secret sealed and the codes as digests', async () => {
    const { id, secret, recoveryCodes } = await enrol();
    const { rows } = await suite.database('platform', 'owner').query<{ sealed: Buffer; codes: Buffer[] }>(
      `SELECT sealed, (SELECT array_agg(digest) FROM recovery_code WHERE account_id = $1) AS codes
         FROM two_factor WHERE account_id = $1`,
      [id],
    );
    const bytes = Buffer.from(Secret.fromBase32(secret).bytes);
    expect(rows[0]?.sealed.includes(bytes)).toBe(false);
    expect(rows[0]?.sealed.includes(secret)).toBe(false);
    expect(rows[0]?.codes).toHaveLength(10);
    const dump = Buffer.concat(rows[0]?.codes ?? []).toString('latin1');
    for (const code of recoveryCodes) expect(dump).not.toContain(code);
  });

  it('403 for a wrong first code, 409 once there is one, and before there is any', async () => {
    const account = await suite.createAccount();
    expect((await as(account, 'activateTwoFactor', { code: '123456' })).status).toBe(409);
    expect((await as(account, 'renewRecoveryCodes', { password: account.password })).status).toBe(409);
    await as(account, 'enableTwoFactor', { password: account.password });
    const wrong = await as(account, 'activateTwoFactor', { code: '000000' });
    expect([wrong.status, wrong.body.code]).toEqual([403, 'CONFIRMATION_REFUSED']);
    const enrolled = await enrol();
    expect((await as(enrolled, 'enableTwoFactor', {})).status).toBe(409);
    expect((await as(enrolled, 'activateTwoFactor', { code: codeOf(enrolled.secret) })).status).toBe(409);
  });
});

describe('signing in', () => {
  it('gives a challenge and no session, then the session for a code', async () => {
    const account = await enrol();
    const first = await signIn(account);
    expect([first.status, first.cookies]).toEqual([200, []]);
    expect(first.body.data).toEqual({
      twoFactorRequired: true,
      challengeToken: expect.stringMatching(/^pcft_2fa_[0-9A-Za-z]{36}$/),
      methods: ['totp', 'recovery-code'],
      expiresAt: expect.any(String),
    });
    expect(await auditRowOf(suite, first)).toMatchObject({
      log: account.id,
      action: 'session.second-factor-required',
    });
    const second = await verify(first.body.data.challengeToken, codeOf(account.secret));
    expect(second.body.data.user).toMatchObject({ id: account.id, email: account.email });
    const session = sessionOf(second.cookies);
    expect((await suite.call('listAuditLogs', { auth: session })).status).toBe(200);
    expect(second.cookies.join()).toContain('pcft_device=');
    expect(await auditRowOf(suite, second)).toMatchObject({
      log: account.id,
      action: 'session.created',
      metadata: { method: 'totp' },
    });
    const shown = await suite.call('getSession', { auth: session });
    expect(shown.body.data.user.twoFactorEnabled).toBe(true);
    expect(shown.body.data.session.confirmedUntil).not.toBeNull();
  });

  it('takes no code twice, nor one before it', async () => {
    const account = await enrol();
    const code = codeOf(account.secret);
    expect((await verify(await challengeOf(account), code)).status).toBe(200);
    const replayed = await verify(await challengeOf(account), code);
    expect([replayed.status, replayed.body.code]).toEqual([401, 'INVALID_CREDENTIALS']);
    expect((await verify(await challengeOf(account), codeOf(account.secret, -1))).status).toBe(401);
    expect((await verify(await challengeOf(account), codeOf(account.secret, 1))).status).toBe(200);
  });

  it('opens one session for one challenge and code, however many try at once', async () => {
    const account = await enrol();
    const challenge = await challengeOf(account);
    const code = codeOf(account.secret);
    const answers = await Promise.all(Array.from({ length: 50 }, () => verify(challenge, code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status } of answers) expect([200, 401, 429, 503]).toContain(status);
  });

  it('takes each recovery code once, as people write it', async () => {
    const account = await enrol();
    const [one = '', two = ''] = account.recoveryCodes;
    expect((await verify(await challengeOf(account), one.toLowerCase().replace('-', ' '))).status).toBe(200);
    expect((await verify(await challengeOf(account), one)).status).toBe(401);
    const answers = await Promise.all(
      (await Promise.all([1, 2, 3, 4, 5].map(() => challengeOf(account)))).map((each) => verify(each, two)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await as(account, 'getTwoFactor')).body.data.recoveryCodesLeft).toBe(8);
  });

  it('401 for a challenge that was never issued, was used, or is over', async () => {
    const account = await enrol();
    for (const challenge of ['x', createToken('sign-in-challenge'), createToken('session')]) {
      const answer = await verify(challenge, codeOf(account.secret));
      expect([answer.status, answer.body.code]).toEqual([401, 'INVALID_OR_EXPIRED_TOKEN']);
    }
    const over = await challengeOf(account);
    await suite
      .database('platform', 'owner')
      .query('UPDATE sign_in_challenge SET expires_at = now() WHERE account_id = $1', [account.id]);
    expect((await verify(over, codeOf(account.secret))).status).toBe(401);
    const used = await challengeOf(account);
    expect((await verify(used, codeOf(account.secret))).status).toBe(200);
    expect((await verify(used, codeOf(account.secret, 1))).body.code).toBe('INVALID_OR_EXPIRED_TOKEN');
  });

  it('429 when codes are guessed, over challenges and at once', async () => {
    const account = await enrol();
    const challenges = [await challengeOf(account), await challengeOf(account)];
    const guesses = Array.from({ length: 30 }, (_, i) =>
      verify(challenges[i % 2] ?? '', String(100_000 + i)),
    );
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    // Some may find the machine too busy; none may be one guess more.
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    expect((await verify(challenges[0] ?? '', codeOf(account.secret))).status).toBe(429);
  });

  it('tells who does not know the password nothing of it', async () => {
    const account = await enrol();
    const answer = await signIn({ ...account, password: 'wrong password' });
    expect([answer.status, answer.body.code]).toEqual([401, 'INVALID_CREDENTIALS']);
  });
});

describe('changing the address', () => {
  it('asks for a code beside the password', async () => {
    const account = await enrol();
    await suite
      .database('platform', 'owner')
      .query('UPDATE session SET confirmed_at = NULL WHERE account_id = $1', [account.id]);
    const body = { newEmail: `new-${account.email}`, password: account.password };
    const asked = await as(account, 'changeEmail', body);
    expect([asked.status, asked.body.code]).toEqual([403, 'CONFIRMATION_REQUIRED']);
    expect((await as(account, 'changeEmail', { ...body, code: '000000' })).status).toBe(403);
    expect((await as(account, 'changeEmail', { ...body, code: codeOf(account.secret) })).status).toBe(200);
  });
});

describe('an account with a second factor', () => {
  it('is guarded by it: the password alone changes nothing', async () => {
    const account = await enrol();
    const { session } = (await suite.call('getSession', { auth: account.session })).body.data;
    await suite
      .database('platform', 'owner')
      .query('UPDATE session SET confirmed_at = NULL WHERE id = $1', [session.id]);
    const { password } = account;
    for (const [operation, body] of [
      ['disableTwoFactor', { password }],
      ['deleteCurrentUser', { password }],
      ['renewRecoveryCodes', { password }],
      ['changePassword', { currentPassword: password, newPassword: 'an entirely different horse' }],
    ] as const) {
      const answer = await as(account, operation, body);
      expect([answer.status, answer.body.code]).toEqual([403, 'CONFIRMATION_REQUIRED']);
      expect(answer.body.meta.errors[0].field).toBe('code');
    }
    const [one = ''] = account.recoveryCodes;
    const changed = await as(account, 'changePassword', {
      currentPassword: password,
      newPassword: 'an entirely different horse',
      code: one,
    });
    expect(changed.status).toBe(200);
    expect((await as(account, 'disableTwoFactor', { code: codeOf(account.secret) })).status).toBe(200);
    const after = await signIn({ ...account, password: 'an entirely different horse' });
    expect(after.body.data.session).toBeDefined();
    expect((await as(account, 'getTwoFactor')).body.data.enabled).toBe(false);
  });

  it('gets new recovery codes, and the old ones are gone', async () => {
    const account = await enrol();
    const renewed = await as(account, 'renewRecoveryCodes', {});
    const [fresh = ''] = renewed.body.data.recoveryCodes as string[];
    const [old = ''] = account.recoveryCodes;
    expect((await verify(await challengeOf(account), old)).status).toBe(401);
    expect((await verify(await challengeOf(account), fresh)).status).toBe(200);
    expect(await auditRowOf(suite, renewed)).toMatchObject({ action: 'account.recovery-codes-renewed' });
  });
});
