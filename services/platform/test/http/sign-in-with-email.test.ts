import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, uniqueName, type Account, type Answer, type Suite } from '@pcft/testing';

let suite: Suite;
let account: Account;
beforeAll(async () => {
  suite = await connectSuite();
  account = await suite.createAccount();
});
afterAll(() => suite.close());

const signIn = (body: object, headers: Record<string, string> = {}) =>
  suite.call('signInWithEmail', { body, headers });
const mine = () => ({ email: account.email, password: account.password });

describe('200', () => {
  it('sets a cookie that scripts and other sites cannot use, and stores only its digest', async () => {
    const answer = await signIn(mine());
    expect(answer.cookies).toHaveLength(2); // the other one remembers the device
    const [cookie = ''] = answer.cookies;
    expect(cookie).toMatch(
      /^pcft_session=pcft_sess_[0-9A-Za-z]{36}; HttpOnly; SameSite=Lax; Path=\/; Max-Age=1209600$/,
    );
    const token = /pcft_session=([^;]+)/.exec(cookie)?.[1] ?? '';
    expect((await suite.call('introspect', { auth: token })).body).toMatchObject({
      account: { id: account.id, email: account.email },
      principal: { type: 'session', id: answer.body.data.session.id },
      policy: [{ effect: 'allow', actions: ['*'], resources: ['*'] }],
    });
    const { rows } = await suite
      .database('platform')
      .query<{ row: string }>('SELECT session::text AS row FROM session WHERE id = $1', [
        answer.body.data.session.id,
      ]);
    expect(rows[0]?.row).not.toContain(token.slice(10));
    expect(await auditRowOf(suite, answer)).toMatchObject({
      log: account.id,
      action: 'session.created',
      actor: { id: account.id, session_id: answer.body.data.session.id },
    });
  });

  it('takes the address in any case', async () => {
    expect((await signIn({ ...mine(), email: account.email.toUpperCase() })).status).toBe(200);
  });

  it('comes from the own site, and from clients that are no browser', async () => {
    const origin = suite.serviceUrl('platform');
    expect((await signIn(mine(), { origin, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });
});

describe('401 when', () => {
  it('the password is wrong: noted in the log of the account', async () => {
    const answer = await signIn({ ...mine(), password: 'wrong password' });
    expect([answer.status, answer.body.code, answer.cookies]).toEqual([401, 'INVALID_CREDENTIALS', []]);
    expect(await auditRowOf(suite, answer)).toMatchObject({
      log: account.id,
      outcome: 'denied',
      actor: { type: 'anonymous' },
      target: { type: 'account', id: account.id },
    });
  });

  // What it computes is the same too: refusals-cost-alike.test.ts.
  it('nobody has the address: the same answer', async () => {
    const wrong = { email: account.email, password: 'wrong password' };
    const { status, body } = await signIn({ ...wrong, email: `${uniqueName('nobody')}@example.com` });
    const known = await signIn(wrong);
    expect([known.status, known.body.code, known.body.message]).toEqual([status, body.code, body.message]);
  });

  it('the account is closed, whatever the password', async () => {
    const closed = await suite.createAccount();
    await suite.database('platform').query('UPDATE account SET closed_at = now() WHERE id = $1', [closed.id]);
    expect((await signIn({ email: closed.email, password: closed.password })).status).toBe(401);
    expect((await suite.call('introspect', { auth: closed.session })).status).toBe(401);
  });
});

describe('403 when', () => {
  it.each([{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }])(
    'another site asks: %j',
    async (headers) => {
      const answer = await signIn(mine(), headers);
      expect([answer.status, answer.body.code, answer.cookies]).toEqual([403, 'CROSS_SITE_REQUEST', []]);
    },
  );
});

/** The device cookie of an answer, as a browser would send it back. */
const deviceOf = ({ cookies }: Answer) => /pcft_device=[^;]+/.exec(cookies.join('\n'))?.[0] ?? '';
const guess = (email: string, headers: Record<string, string> = {}, on?: `http${string}`) =>
  suite.call('signInWithEmail', {
    body: { email, password: 'wrong password' },
    headers,
    ...(on && { on }),
  });
const failUntilStopped = async (email: string, headers?: Record<string, string>) => {
  for (let i = 0; i < 10; i++) expect((await guess(email, headers)).status).toBe(401);
  const stopped = await guess(email, headers);
  expect([stopped.status, stopped.body.code]).toEqual([429, 'RATE_LIMIT_ERROR']);
  return stopped;
};

describe('429 when', () => {
  it('too many guesses came: the right password is not even looked at, and the account is not locked', async () => {
    const { id, email, password } = await suite.createAccount();
    const home = deviceOf(await signIn({ email, password }));
    const stopped = await failUntilStopped(email);
    expect(Number(stopped.headers['retry-after'])).toBeGreaterThan(15);
    expect(Number(stopped.headers['retry-after'])).toBeLessThanOrEqual(30);
    expect(await auditRowOf(suite, stopped)).toMatchObject({ log: id, outcome: 'denied', status: 429 });
    expect((await signIn({ email, password })).status).toBe(429);
    // The owner's browser has a budget of its own, also after mistakes of its own.
    expect((await guess(email, { cookie: home })).status).toBe(401);
    expect((await signIn({ email, password }, { cookie: home })).status).toBe(200);
    // Strangers are still stopped, and a cookie of another account makes nobody known.
    expect((await signIn({ email, password })).status).toBe(429);
    const other = await suite.createAccount();
    const elsewhere = deviceOf(await signIn({ email: other.email, password: other.password }));
    expect((await signIn({ email, password }, { cookie: elsewhere })).status).toBe(429);
  });

  it('a known device guesses without end, too', async () => {
    const { email, password } = await suite.createAccount();
    const home = deviceOf(await signIn({ email, password }));
    await failUntilStopped(email, { cookie: home });
    expect((await signIn({ email, password }, { cookie: home })).status).toBe(429);
    expect((await signIn({ email, password })).status).toBe(200); // from elsewhere
  });

  it('nobody has the address: the same answer', async () => {
    const { email } = await suite.createAccount();
    const known = await failUntilStopped(email);
    const unknown = await failUntilStopped(`${uniqueName('nobody')}@example.com`);
    expect([unknown.status, unknown.body.code, unknown.body.message]).toEqual([
      known.status,
      known.body.code,
      known.body.message,
    ]);
  });

  it('they come all at once: not one more than the budget is looked at', async () => {
    const { email } = await suite.createAccount();
    const answers = await Promise.all(Array.from({ length: 25 }, () => guess(email)));
    const statuses = answers.map(({ status }) => status);
    // Some may find the machine too busy; none may be one guess more.
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    for (const status of statuses) expect([401, 429, 503]).toContain(status);
  });

  it('time passes: delays double, and end', async () => {
    const { email, password } = await suite.createAccount();
    await failUntilStopped(email);
    const budgets = suite.database('platform', 'owner');
    // Only this account's budget can be in force right now with so many failures: others wait, or are at ease.
    const pass = () =>
      budgets.query(`UPDATE guess_budget SET next_at = '-infinity' WHERE failures >= 10 AND next_at > now()`);
    await pass();
    expect((await guess(email)).status).toBe(401);
    const stopped = await guess(email);
    expect(Number(stopped.headers['retry-after'])).toBeGreaterThan(45);
    await pass();
    expect((await signIn({ email, password })).status).toBe(200);
    // A success forgets what this address has failed at.
    expect((await guess(email)).status).toBe(401);
    expect((await guess(email)).status).toBe(401);
  });
});

describe('415 when', () => {
  it('it is a form, as other sites could send it', async () => {
    const body = new URLSearchParams(mine());
    expect((await suite.call('signInWithEmail', { body })).status).toBe(415);
  });
});
