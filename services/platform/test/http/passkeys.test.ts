import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  auditRowOf,
  browserOrigin,
  connectSuite,
  sessionOf,
  SoftwareAuthenticator,
  type Account,
  type CeremonyChanges,
  type Suite,
} from '@pcft/testing';
import { mailedToken, subjects } from '../mailed-token.ts';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

const as = (account: Pick<Account, 'session'>, operation: string, body?: object) =>
  suite.call(operation, { auth: account.session, ...(body && { body }) });
const authenticator = () => new SoftwareAuthenticator(browserOrigin(suite.gatewayUrl));
const creation = async (account: Account) =>
  (await as(account, 'beginPasskeyRegistration', { password: account.password })).body.data.options;
const request = async () => (await suite.call('beginPasskeySignIn')).body.data.options;
const finish = (account: Account, response: object, name = 'Laptop') =>
  as(account, 'finishPasskeyRegistration', { name, response });
const signIn = (response: object) => suite.call('signInWithPasskey', { body: { response } });

async function registered() {
  const account = await suite.createAccount();
  const key = authenticator();
  const answer = await finish(account, key.create(await creation(account)));
  expect(answer.status).toBe(200);
  return { account, key, id: answer.body.data.id as string, answer };
}

describe('registering', () => {
  it('asks for a discoverable, unlocked key of this site, and keeps its public half', async () => {
    const account = await suite.createAccount();
    const asked = await as(account, 'beginPasskeyRegistration', {});
    expect([asked.status, asked.body.code]).toEqual([403, 'CONFIRMATION_REQUIRED']);
    const options = await creation(account);
    expect(options).toMatchObject({
      rp: { id: 'localhost', name: 'ProductCraft' },
      user: { name: account.email },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    expect(Buffer.from(options.user.id, 'base64url').toString()).toBe(account.id);
    const answer = await finish(account, authenticator().create(options));
    expect(answer.body.data).toEqual({
      id: expect.stringMatching(/^pky_/),
      name: 'Laptop',
      backedUp: false,
      createdAt: expect.any(String),
      lastUsedAt: null,
    });
    expect(await auditRowOf(suite, answer)).toMatchObject({
      log: account.id,
      action: 'account.passkey-created',
      target: { type: 'passkey', id: answer.body.data.id },
    });
    expect((await creation(account)).excludeCredentials).toHaveLength(1);
  });

  it.each<[string, CeremonyChanges]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['another relying party', { rpId: 'evil.example' }],
    ['a challenge of its own', { challenge: Buffer.alloc(32, 1).toString('base64url') }],
    ['nobody unlocking it', { userVerified: false }],
  ])('400 for %s', async (_, changes) => {
    const account = await suite.createAccount();
    const answer = await finish(account, authenticator().create(await creation(account), changes));
    expect([answer.status, answer.body.meta.errors[0].field]).toEqual([400, 'response']);
  });

  it("400 for a challenge that was used, is over, or is somebody else's", async () => {
    const { account } = await registered();
    const options = await creation(account);
    expect((await finish(account, authenticator().create(options))).status).toBe(200);
    expect((await finish(account, authenticator().create(options))).status).toBe(400);
    const other = await suite.createAccount();
    expect((await finish(other, authenticator().create(await creation(account)))).status).toBe(400);
    expect((await finish(account, authenticator().create(await request()))).status).toBe(400);
    const over = await creation(account);
    await suite
      .database('platform', 'owner')
      .query('UPDATE passkey_challenge SET expires_at = now() WHERE account_id = $1', [account.id]);
    expect((await finish(account, authenticator().create(over))).status).toBe(400);
  });

  it('409 for a key that is registered, and beyond twenty', async () => {
    const { account, key } = await registered();
    expect((await finish(account, key.create(await creation(account)))).status).toBe(409);
    await suite.database('platform', 'owner').query(
      `INSERT INTO passkey (id, account_id, name, credential_id, public_key, counter, backed_up)
       SELECT 'pky_' || substr(id, 5, 24) || lpad(n::text, 2, '0'), $1, 'n', ('x' || id || n)::bytea, 'x', 0, false
       FROM account, generate_series(10, 28) AS n WHERE id = $1`,
      [account.id],
    );
    const answer = await as(account, 'beginPasskeyRegistration', { password: account.password });
    expect(answer.status).toBe(409);
  });
});

describe('signing in', () => {
  it('gives a session without address, password or code', async () => {
    const { account, key, id } = await registered();
    const answer = await signIn(key.get(await request()));
    expect(answer.body.data.user).toMatchObject({ id: account.id, email: account.email });
    const session = sessionOf(answer.cookies);
    expect((await suite.call('listAuditLogs', { auth: session })).status).toBe(200);
    expect(await auditRowOf(suite, answer)).toMatchObject({
      log: account.id,
      action: 'session.created',
      metadata: { method: 'passkey' },
    });
    const { data } = (await as({ session }, 'listPasskeys')).body;
    expect(data).toMatchObject([{ id, name: 'Laptop', lastUsedAt: expect.any(String) }]);
    // Two factors in one: nothing else is asked for.
    expect((await as({ session }, 'beginPasskeyRegistration', {})).status).toBe(200);
    expect((await signIn(key.get(await request()))).status).toBe(200);
  });

  it.each<[string, CeremonyChanges]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['another relying party', { rpId: 'evil.example' }],
    ['a challenge of its own', { challenge: Buffer.alloc(32, 1).toString('base64url') }],
    ['nobody unlocking it', { userVerified: false }],
    ['a counter that went back', { counter: 1 }],
    ['another account', { userHandle: Buffer.from('acc_x').toString('base64url') }],
  ])('401 for %s', async (_, changes) => {
    const { account, key } = await registered();
    const answer = await signIn(key.get(await request(), changes));
    expect([answer.status, answer.body.code, answer.cookies]).toEqual([401, 'INVALID_CREDENTIALS', []]);
    expect(await auditRowOf(suite, answer)).toMatchObject({ log: account.id, outcome: 'denied' });
  });

  it('401 for a key that nobody registered, or that signs with another', async () => {
    const { key } = await registered();
    const stranger = authenticator();
    expect((await signIn(stranger.get(await request()))).status).toBe(401);
    const options = await request();
    const forged = { ...stranger.get(options), id: key.get(options).id, rawId: key.get(options).id };
    expect((await signIn(forged)).status).toBe(401);
  });

  it('opens one session for one signature, however many send it at once', async () => {
    const { key } = await registered();
    const response = key.get(await request());
    const answers = await Promise.all(Array.from({ length: 50 }, () => signIn(response)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status } of answers) expect([200, 401, 503]).toContain(status);
  });

  it('401 once whoever owns the address took over an account that was never verified', async () => {
    const { account, key } = await registered();
    await suite.call('forgetPassword', { body: { email: account.email } });
    const token = await mailedToken(suite, { to: account.email, subject: subjects.reset });
    const reset = await suite.call('resetPassword', {
      body: { token, newPassword: 'an entirely different horse' },
    });
    expect(reset.status).toBe(200);
    expect((await signIn(key.get(await request()))).status).toBe(401);
  });

  it('401 once the account is deleted', async () => {
    const { account, key } = await registered();
    await as(account, 'deleteCurrentUser', { password: account.password });
    expect((await signIn(key.get(await request()))).status).toBe(401);
  });
});

describe('the own passkeys', () => {
  it('are renamed by their owner only', async () => {
    const { account, id } = await registered();
    const rename = (auth: string) =>
      suite.call('updatePasskey', { auth, params: { id }, body: { name: 'Phone' } });
    const answer = await rename(account.session);
    expect(answer.body.data).toMatchObject({ id, name: 'Phone' });
    expect(await auditRowOf(suite, answer)).toMatchObject({ action: 'account.passkey-renamed' });
    expect((await rename((await suite.createAccount()).session)).status).toBe(404);
  });

  it('are removed after a proof, and open nothing afterwards', async () => {
    const { account, key, id } = await registered();
    const remove = () => suite.call('deletePasskey', { auth: account.session, params: { id } });
    expect((await remove()).body.code).toBe('CONFIRMATION_REQUIRED');
    await as(account, 'confirmSession', { password: account.password });
    expect((await remove()).status).toBe(200);
    expect((await remove()).status).toBe(404);
    expect((await signIn(key.get(await request()))).status).toBe(401);
    expect((await as(account, 'listPasskeys')).body.data).toEqual([]);
  });
});
