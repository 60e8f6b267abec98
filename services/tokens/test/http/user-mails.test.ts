import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, uniqueName, type Answer, type Suite, type World } from '@pcft/testing';
import { eventOf, eventsOf, settings, signUp } from './end-users.ts';
import { askForVerification, forUsers, madeUser, mailedTo } from './mailed.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const params = () => ({ app: world.app.id });
const unknown = () => `${uniqueName('nobody')}@example.com`;
const comparable = ({ status, text, headers }: Answer) => [
  status,
  text.replaceAll(headers['x-request-id'] ?? 'none', 'REQUEST'),
];
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

describe.each([
  ['forgotUserPassword', forUsers.reset, 'user.password-forgotten', 'user.password-mail-withheld'],
  [
    'resendUserVerification',
    forUsers.verify,
    'user.verification-mail-requested',
    'user.verification-mail-withheld',
  ],
] as const)('%s 202', (operationId, subject, sent, withheld) => {
  const ask = (email: string, more: object = {}) =>
    suite.call(operationId, { params: params(), body: { email }, ...more });

  it('mails a link to the hosted page, however the address is written, and notes it', async () => {
    const { email, id } = await madeUser(suite, world);
    const answer = await ask(email.toUpperCase(), { on: 'gateway' });
    expect(answer.status).toBe(202);
    const mail = await suite.inbox.waitFor({ to: email, subject });
    const page = operationId === 'forgotUserPassword' ? 'app-reset-password' : 'app-verify-email';
    expect(mail.text).toMatch(
      new RegExp(`http://\\S+/account/${page}#app=${world.app.name}&token=ver_tok_\\w{36}\\n`),
    );
    expect(mail.from).toContain('An app');
    const row = await eventOf(suite, world, sent, id);
    expect(row).toMatchObject({ target_id: id, app_id: world.app.id, ip_address: expect.any(String) });
  });

  it('leaves no token in the database', async () => {
    const { email } = await madeUser(suite, world);
    await ask(email);
    const token = await mailedTo(suite, email, subject);
    for (const table of ['user_mail_token', 'queued_mail', 'outbox_event']) {
      const { rows } = await suite
        .database('tokens', 'owner')
        .query(`SELECT FROM ${table} WHERE ${table}::text LIKE '%' || $1 || '%'`, [token]);
      expect([table, rows.length]).toEqual([table, 0]);
    }
  });

  it('says the same to whom nothing is sent, in the same time; only the log knows why', async () => {
    const { email } = await madeUser(suite, world);
    const gone = await madeUser(suite, world);
    const of = { ...params(), user_id: gone.id };
    await suite.call('deactivateUser', { auth: world.owner.pat, params: of });
    const nobody = unknown();
    expect(comparable(await ask(nobody))).toEqual(comparable(await ask(email)));
    expect(comparable(await ask(gone.email))).toEqual(comparable(await ask(email)));
    const rows = await eventsOf(suite, world, withheld, ({ length }) => length >= 2);
    expect(rows).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          outcome: 'denied',
          metadata: expect.objectContaining({ reason: 'unknown_user', email: nobody }),
        }),
        expect.objectContaining({
          target_id: gone.id,
          metadata: expect.objectContaining({ reason: 'user_inactive' }),
        }),
      ]),
    );
    const [known, absent]: [number[], number[]] = [[], []];
    // In turns, so that whatever else the machine does falls on both.
    for (let round = 0; round < 15; round++) {
      known.push((await ask(email)).durationMs);
      absent.push((await ask(nobody)).durationMs);
    }
    const ratio = median(known) / median(absent);
    // Roughly, on a machine that does much else: `npm run guarantee -- 11` measures it.
    expect(ratio).toBeGreaterThan(1 / 3);
    expect(ratio).toBeLessThan(3);
    expect(await suite.inbox.list({ to: gone.email })).toEqual([]);
  });
});

describe('resendUserVerification', () => {
  it('202 and no mail for an address that is verified', async () => {
    const { email, id } = await madeUser(suite, world);
    const token = await askForVerification(suite, world, email);
    await suite.call('verifyUserEmail', { params: params(), body: { token } });
    const answer = await suite.call('resendUserVerification', { params: params(), body: { email } });
    expect(answer.status).toBe(202);
    const row = await eventOf(suite, world, 'user.verification-mail-withheld', id);
    expect(row).toMatchObject({ metadata: { reason: 'already_verified' } });
    expect(await suite.inbox.list({ to: email })).toHaveLength(1);
  });
});

describe('429', () => {
  it('for known and unknown addresses alike, once one was sent several, however it is written', async () => {
    const { name, url } = await suite.control.startInstance('tokens', { LIMIT_MAIL: '2' });
    const on = url as `http${string}`;
    const ask = (operationId: string, email: string) =>
      suite.call(operationId, { params: params(), body: { email }, on });
    try {
      const { email } = await madeUser(suite, world);
      for (const each of [email, unknown()]) {
        expect((await ask('forgotUserPassword', each)).status).toBe(202);
        expect((await ask('resendUserVerification', each.toUpperCase())).status).toBe(202);
        for (const operationId of ['forgotUserPassword', 'resendUserVerification']) {
          const { status, headers } = await ask(operationId, each);
          expect([status, headers['retry-after']]).toEqual([429, expect.stringMatching(/^[1-9]\d*$/)]);
        }
        // A sign-up is not refused for it; one that succeeded would go without its mail.
        const body = { email: each, password: 'a good pass phrase' };
        const signUp = await suite.call('signUpUser', { params: params(), body, on });
        expect(signUp.status).toBe(each === email ? 409 : 201);
        if (each !== email) expect(await suite.inbox.list({ to: each })).toEqual([]);
      }
    } finally {
      await suite.control.stop(name);
    }
  }, 60_000);
});

describe('a sign-up', () => {
  it('sends the link that verifies the address', async () => {
    const { email } = await signUp(suite, world);
    expect(await mailedTo(suite, email, forUsers.verify)).toMatch(/^ver_tok_/);
  });
});

describe('an app with words and pages of its own', () => {
  it('is heard: its template and its page, plain text that becomes no markup and no header', async () => {
    const own = await createWorld(suite);
    await settings(suite, own, {
      mail: {
        from_name: 'Acme <Support>',
        templates: {
          password_reset: {
            subject: 'New password for {{name}} at {{app}}',
            text: 'Hello {{name}} <b>you</b>,\n\nhere: {{url}}\n\nYours, {{app}} ({{email}})',
          },
        },
        links: { password_reset: 'https://app.acme.co/reset?lang=en' },
      },
    });
    const display = '<img src=x onerror=alert(1)> https://evil.example';
    const { email } = await madeUser(suite, own, { display_name: display });
    await suite.call('forgotUserPassword', { params: { app: own.app.id }, body: { email } });
    const mail = await suite.inbox.waitFor({ to: email, subject: 'New password for' });
    expect(mail.text).toMatch(/here: https:\/\/app\.acme\.co\/reset\?lang=en&token=ver_tok_\w{36}\n/);
    expect(mail.text).not.toContain('https://evil.example');
    expect(mail.html).toContain('&lt;b&gt;you&lt;/b&gt;');
    expect(mail.html).not.toContain('<img');
    expect(mail.from).toContain('Acme');
    expect(mail.subject).not.toMatch(/[\r\n]/);
  });

  it.each([
    ['a subject of two lines', { subject: 'Hi\r\nBcc: eve@evil.example', text: '{{url}}' }],
    ['no link', { subject: 'Hi', text: 'no link' }],
    ['an unknown placeholder', { subject: 'Hi', text: '{{url}} {{password}}' }],
    ['more text than a mail should have', { subject: 'Hi', text: `{{url}}${'x'.repeat(5000)}` }],
  ])('400 for a template with %s', async (_, template) => {
    const body = { mail: { templates: { email_verification: template } } };
    const answer = await suite.call('updateAppSettings', { auth: world.owner.pat, params: params(), body });
    expect(answer.status).toBe(400);
  });
});
