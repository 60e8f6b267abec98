import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, uniqueName, type Account, type Suite } from '@pcft/testing';
import { auditRowOf } from '../audit-row.ts';

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
    expect(answer.cookies).toHaveLength(1);
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

  it('nobody has the address: the same answer, in the same time', async () => {
    const wrong = { ...mine(), password: 'wrong password' };
    const known: number[] = [];
    const unknown: number[] = [];
    for (let round = 0; round < 9; round++) {
      const a = await signIn(wrong);
      const b = await signIn({ ...wrong, email: `${uniqueName('nobody')}@example.com` });
      expect([b.status, b.body.code, b.body.message]).toEqual([a.status, a.body.code, a.body.message]);
      known.push(a.durationMs);
      unknown.push(b.durationMs);
    }
    const ratio = median(known) / median(unknown);
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.6);
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

describe('415 when', () => {
  it('it is a form, as other sites could send it', async () => {
    const body = new URLSearchParams(mine());
    expect((await suite.call('signInWithEmail', { body })).status).toBe(415);
  });
});

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
