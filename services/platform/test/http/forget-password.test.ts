import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, uniqueName, type Suite } from '@pcft/testing';
import { comparable, median } from '../comparable.ts';
import { subjects } from '../mailed-token.ts';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

const forget = (email: string) => suite.call('forgetPassword', { body: { email } });
const unknown = () => `${uniqueName('nobody')}@example.com`;

describe('200', () => {
  it('sends a link to the owner, and notes it in the log of the account', async () => {
    const account = await suite.createAccount();
    const answer = await forget(account.email);
    expect(answer.body).toMatchObject({ success: true, data: {} });
    const mail = await suite.inbox.waitFor({ to: account.email, subject: subjects.reset });
    expect(mail.text).toMatch(/\/account\/reset-password#token=ver_tok_\w{36}/);
    expect(await auditRowOf(suite, answer)).toMatchObject({
      log: account.id,
      action: 'account.password-reset-requested',
    });
  });

  it('leaves no token in the database or in the log', async () => {
    const account = await suite.createAccount();
    await forget(account.email);
    const { text } = await suite.inbox.waitFor({ to: account.email, subject: subjects.reset });
    const token = /ver_tok_\w{36}/.exec(text)?.[0] ?? 'none';
    for (const table of ['one_time_token', 'queued_mail', 'outbox_event']) {
      const { rows } = await suite
        .database('platform')
        .query(`SELECT FROM ${table} WHERE ${table}::text LIKE '%' || $1 || '%'`, [token]);
      expect([table, rows.length]).toEqual([table, 0]);
    }
  });

  it('says the same for an unknown address, in the same time', async () => {
    const account = await suite.createAccount();
    expect(comparable(await forget(account.email))).toEqual(comparable(await forget(unknown())));
    const [known, absent]: [number[], number[]] = [[], []];
    // In turns, so that whatever else the machine does falls on both.
    for (let round = 0; round < 15; round++) {
      known.push((await forget(account.email)).durationMs);
      absent.push((await forget(unknown())).durationMs);
    }
    const ratio = median(known) / median(absent);
    // Roughly, on a machine that does much else: `npm run guarantee -- 11` measures it.
    expect(ratio).toBeGreaterThan(1 / 3);
    expect(ratio).toBeLessThan(3);
  });
});
