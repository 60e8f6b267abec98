import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, uniqueName, type Suite } from '@pcft/testing';
import { comparable } from '../comparable.ts';
import { mailedToken, subjects } from '../mailed-token.ts';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

const send = (email: string) => suite.call('sendVerificationEmail', { body: { email } });

describe('200', () => {
  it('sends a new link, whatever case the address is typed in', async () => {
    const account = await suite.createAccount();
    const answer = await send(account.email.toUpperCase());
    expect(answer.body.data).toEqual({});
    await suite.inbox.waitFor({ to: account.email, subject: subjects.verify, count: 2 });
    expect(await auditRowOf(suite, answer)).toMatchObject({
      log: account.id,
      action: 'account.verification-requested',
      actor: { type: 'anonymous' },
    });
  });

  it('says the same for an address without account and for one that is verified, and sends nothing', async () => {
    const account = await suite.createAccount();
    const token = await mailedToken(suite, { to: account.email, subject: subjects.verify });
    await suite.call('verifyEmail', { body: { token } });
    const unknown = `${uniqueName('nobody')}@example.com`;
    const [one, two] = [await send(account.email), await send(unknown)];
    expect(comparable(one)).toEqual(comparable(two));
    // Sent after the two: had there been a mail, it were there by now.
    const last = await suite.createAccount();
    await send(last.email);
    await suite.inbox.waitFor({ to: last.email, subject: subjects.verify, count: 2 });
    expect(await suite.inbox.list({ to: unknown })).toEqual([]);
    expect(await suite.inbox.list({ to: account.email })).toHaveLength(1);
    expect(await suite.inbox.list({ to: 'nobody@rehearsal.invalid' })).toEqual([]);
  });
});

describe('429 when', () => {
  it('an address was sent several mails, known or not, from wherever they were asked for', async () => {
    const { name, url } = await suite.control.startInstance('platform', { LIMIT_MAIL: '2' });
    const account = await suite.createAccount();
    for (const email of [account.email, `${uniqueName('nobody')}@example.com`]) {
      const sendThere = (operation: string, address: string) =>
        suite.call(operation, { body: { email: address }, on: url as `http${string}` });
      // The window of the address is shared with the other mails that anybody can cause.
      const statuses = [];
      for (const operation of ['sendVerificationEmail', 'forgetPassword', 'forgetPassword'])
        statuses.push((await sendThere(operation, email.toUpperCase())).status);
      expect(statuses.at(-1)).toBe(429);
      const refused = await sendThere('forgetPassword', email);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(60);
    }
    await suite.control.stop(name);
  }, 60_000);
});
