import { describe, expect, it } from '@jest/globals';
import { browserOrigin, tokenIn, uniqueName, type Account, type Owner, type Suite } from '@pcft/testing';
import { sessionCookie } from '@pcft/auth';
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expectUsable, seriousFaults, testInBrowser, type Watched } from './browser.ts';

let suite: Suite;
let owner: Owner;
let watched: Watched;
let page: Page;

const pages = testInBrowser({
  async prepare(connected) {
    suite = connected;
    owner = await suite.createOwner();
  },
  onOpen(opened) {
    watched = opened;
    page = opened.page;
  },
});

const status = () => page.getByRole('status');
const heading = (name: string) => page.getByRole('heading', { level: 1, name });

/** Finds the mail in the inbox as a person does, and returns the token of its link. */
async function openMail(to: string, subject: string, check = async (_: Watched) => {}): Promise<string> {
  const mail = await suite.inbox.waitFor({ to, subject });
  await page.goto(suite.stack.inboxUrl);
  await page.getByLabel('Sent to').fill(to);
  await page.getByRole('button', { name: 'Show' }).click();
  await check(watched);
  await page.getByRole('link', { name: subject }).first().click();
  await heading(mail.subject).waitFor();
  await check(watched);
  return tokenIn(mail);
}

/** Presses the address in the text of the mail that is open. */
async function followLink(): Promise<void> {
  await page.locator('pre a').click();
  await page.waitForURL((url) => url.pathname.startsWith('/account/'));
}

/**
 * The token has left the address, and stood in no request but those of the API that `allowed` names, nor in what a
 * request said it came from, nor in a log.
 */
function expectTokenUnseen(token: string, allowed = /^$/): void {
  expect(page.url()).not.toContain(token);
  const told = watched.requests.filter((request) => request.includes(token) && !allowed.test(request));
  expect(told).toEqual([]);
  const logs = join(dirname(process.env['PCFT_STACK'] ?? ''), 'logs');
  const files = readdirSync(logs);
  expect(files).toContain('gateway.log');
  for (const file of files)
    expect([file, readFileSync(join(logs, file), 'utf8').includes(token)]).toEqual([file, false]);
}

const signIn = (email: string, password: string) =>
  suite.call('signInWithEmail', { body: { email, password } });

describe('the link of a verification mail', () => {
  it('opens a page on which a button verifies the address', async () => {
    const account = await suite.createAccount();
    const token = await openMail(account.email, 'Verify your address', expectUsable);
    await followLink();
    await heading('Verify your address').waitFor();
    await expectUsable(watched);
    const me = async () => (await suite.call('getCurrentUser', { auth: account.session })).body.data;
    expect((await me()).isVerified).toBe(false);
    await page.getByRole('button', { name: 'Verify it' }).click();
    await page.getByText(`${account.email} is verified`).waitFor();
    await expectUsable(watched);
    expect((await me()).isVerified).toBe(true);
    expectTokenUnseen(token);
    // Once only, and what is wrong is said; the mail is still there.
    await openMail(account.email, 'Verify your address');
    await followLink();
    await page.getByRole('button', { name: 'Verify it' }).click();
    await expect(readsSoon(/no longer|expired|not valid|used/i)).resolves.toBe(true);
    await expectUsable(watched);
  });

  it('says so when a part of it is missing', async () => {
    await page.goto(`${browserOrigin(suite.gatewayUrl)}/account/verify-email`);
    await heading('This link is not whole').waitFor();
    expect(await page.getByRole('button').count()).toBe(0);
    await expectUsable(watched);
  });
});

/** Whether the status comes to read like this within the usual time. */
async function readsSoon(text: RegExp): Promise<boolean> {
  await status().filter({ hasText: text }).waitFor();
  return true;
}

describe('the link of a mail that sets a new password', () => {
  async function asked(check?: (watched: Watched) => Promise<void>): Promise<Account & { token: string }> {
    const account = await suite.createAccount();
    await suite.call('forgetPassword', { body: { email: account.email } });
    return { ...account, token: await openMail(account.email, 'Set a new password', check) };
  }

  it('works from the HTML of the mail: a weak password is refused with the reason, a good one is set', async () => {
    const { email, token, session } = await asked();
    const opened = page.context().waitForEvent('page');
    await page.frameLocator('iframe').getByRole('link', { name: 'Set a new password' }).click();
    page = await opened;
    await heading('Set a new password').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    const field = page.getByLabel('Password');
    expect(await field.getAttribute('autocomplete')).toBe('new-password');
    await field.fill('password');
    await page.getByRole('button', { name: 'Set it' }).click();
    await readsSoon(/common|guess/i);
    expect([await seriousFaults(page), await field.getAttribute('aria-invalid')]).toEqual([[], 'true']);
    expect((await signIn(email, 'password')).status).toBe(401);
    const chosen = uniqueName('a good long password');
    await field.fill(chosen);
    await page.getByRole('button', { name: 'Set it' }).click();
    await readsSoon(/Your password is set/);
    expect((await signIn(email, chosen)).status).toBe(200);
    expect((await suite.call('getCurrentUser', { auth: session })).status).toBe(401);
    expectTokenUnseen(token);
  });

  it('works with the keyboard alone, and with dark colours', async () => {
    await pages.openAnother({ colorScheme: 'dark', reducedMotion: 'reduce' });
    const { email, token } = await asked(expectUsable);
    await focusByTab('a[href*="/account/reset-password"]');
    await page.keyboard.press('Enter');
    await heading('Set a new password').waitFor();
    await expectUsable(watched);
    // The field is where one starts.
    expect(await focused()).toBe('password');
    await page.keyboard.type('short');
    await page.keyboard.press('Enter');
    await readsSoon(/fewer than 8 characters/);
    expect(await focused()).toBe('password');
    await page.keyboard.press('Control+A');
    const chosen = uniqueName('typed on a keyboard');
    await page.keyboard.type(chosen);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('submit');
    await page.keyboard.press('Enter');
    await readsSoon(/Your password is set/);
    expect(await focused()).toBe('title');
    await expectUsable(watched);
    expect((await signIn(email, chosen)).status).toBe(200);
    expectTokenUnseen(token);
  });
});

const focused = () => page.evaluate<string>('document.activeElement?.id');

async function focusByTab(selector: string): Promise<void> {
  for (let presses = 0; presses < 30; presses++) {
    await page.keyboard.press('Tab');
    if (await page.locator(`${selector}:focus`).count()) return;
  }
  throw new Error(`${selector} cannot be reached with the keyboard`);
}

describe('the link of an invite', () => {
  const acceptCall = (token: string) => new RegExp(`^POST \\S+/v1/workspace-invites/${token}/accept from `);

  async function invited(email: string): Promise<string> {
    const params = { ws: owner.workspace.id };
    const body = { email, role: 'admin' };
    await suite.call('createWorkspaceInvite', { auth: owner.session, params, body });
    return openMail(email, 'Invitation to');
  }
  const members = async () =>
    (
      await suite.call('listMembers', {
        ...{ auth: owner.session, params: { ws: owner.workspace.id }, query: { limit: 100 } },
      })
    ).body.data as { email: string; role: string }[];

  it('makes a member of who signs in, with the second factor if there is one', async () => {
    const account = await suite.createAccount();
    const enabled = await suite.call('enableTwoFactor', {
      ...{ auth: account.session, body: { password: account.password } },
    });
    const [spare = ''] = enabled.body.data.recoveryCodes as string[];
    await suite.call('activateTwoFactor', {
      ...{
        auth: account.session,
        body: {
          code: new TOTP({ secret: Secret.fromBase32(enabled.body.data.secret as string) }).generate(),
        },
      },
    });
    const token = await invited(account.email);
    await followLink();
    await page.getByRole('button', { name: 'Accept' }).click();
    await heading('Sign in').waitFor();
    await expectUsable(watched);
    await page.getByLabel('Address').fill(account.email);
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await readsSoon(/invalid|wrong|incorrect/i);
    await page.getByLabel('Password').fill(account.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Code').fill(spare);
    await expectUsable(watched);
    await page.getByRole('button', { name: 'Go on' }).click();
    await readsSoon(new RegExp(`You are a member of ${owner.name} now`));
    await expectUsable(watched);
    expect(await members()).toContainEqual(expect.objectContaining({ email: account.email, role: 'admin' }));
    expectTokenUnseen(token, acceptCall(token));
  });

  it('makes an account and a member of who has none yet', async () => {
    const email = `${uniqueName('guest')}@example.com`;
    const token = await invited(email);
    await followLink();
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByRole('button', { name: 'I have no account yet' }).click();
    await heading('Create an account').waitFor();
    await expectUsable(watched);
    await page.getByLabel('Your name').fill('A Guest');
    await page.getByLabel('Address').fill(email);
    const chosen = uniqueName('a good long password');
    await page.getByLabel('Password').fill(chosen);
    await page.getByRole('button', { name: 'Create it' }).click();
    await readsSoon(/You are a member of/);
    expect(await members()).toContainEqual(expect.objectContaining({ email, role: 'admin' }));
    const signedIn = await signIn(email, chosen);
    expect(signedIn.body.data.user.isVerified ?? true).toBe(true);
    expectTokenUnseen(token, acceptCall(token));
  });

  it('tells who is signed in with another address, and lets them sign in with the right one', async () => {
    const account = await suite.createAccount();
    await invited(account.email);
    await page.context().addCookies([
      {
        ...{ name: sessionCookie, value: owner.session, url: browserOrigin(suite.gatewayUrl) },
        ...{ httpOnly: true, sameSite: 'Lax' as const },
      },
    ]);
    await followLink();
    await page.getByRole('button', { name: 'Accept' }).click();
    await heading('Sign in').waitFor();
    await readsSoon(/address/i);
    await page.getByLabel('Address').fill(account.email);
    await page.getByLabel('Password').fill(account.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await readsSoon(/You are a member of/);
    expect(await members()).toContainEqual(expect.objectContaining({ email: account.email }));
  });
});
