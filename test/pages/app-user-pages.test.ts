import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import {
  browserOrigin,
  createWorld,
  linkIn,
  tokenIn,
  uniqueName,
  type Suite,
  type World,
} from '@pcft/testing';
import type { Page } from 'playwright-core';
import { expectUsable, testInBrowser, type Watched } from './browser.ts';

let suite: Suite;
let world: World;
let watched: Watched;
let page: Page;

const pages = testInBrowser({
  async prepare(connected) {
    suite = connected;
    world = await createWorld(suite);
  },
  onOpen(opened) {
    watched = opened;
    page = opened.page;
  },
});

const says = (text: RegExp) => page.getByRole('status').filter({ hasText: text }).waitFor();

async function open(mail: Awaited<ReturnType<typeof invitation>>): Promise<void> {
  const { pathname, hash } = linkIn(mail);
  await page.goto(`${browserOrigin(suite.gatewayUrl)}${pathname}${hash}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

const invitation = (to: string) => suite.inbox.waitFor({ to, subject: 'Invitation to An app' });

/** Opens the link of an invite that was mailed. @returns its token, which stands in no address */
async function invited(
  body: { readonly email: string } & Readonly<Record<string, unknown>>,
): Promise<string> {
  const role = world.role.name;
  await suite.call('createInvite', {
    auth: world.owner.pat,
    params: { app: world.app.id },
    body: { role, ...body },
  });
  const mail = await invitation(body.email);
  const token = tokenIn(mail);
  await open(mail);
  expect(page.url()).not.toContain(token);
  expect(watched.requests.filter((request) => request.includes(token))).toEqual([]);
  await expectUsable(watched);
  return token;
}

/** Opens the link of the newest mail to the world's user; the token must leave the address bar and stand in no address. */
async function follow(operationId: string, subject: string): Promise<void> {
  const { email } = world.user;
  const before = (await suite.inbox.list({ to: email, subject })).length;
  await suite.call(operationId, { params: { app: world.app.id }, body: { email } });
  const mail = await suite.inbox.waitFor({ to: email, subject, count: before + 1 });
  await open(mail);
  expect(page.url()).not.toContain(tokenIn(mail));
  expect(watched.requests.filter((request) => request.includes(tokenIn(mail)))).toEqual([]);
  await expectUsable(watched);
}

describe('the hosted page of an end user', () => {
  it('verifies the address by a button, once', async () => {
    await follow('resendUserVerification', 'Verify your address for');
    await page.getByRole('button', { name: 'Verify it' }).click();
    await says(/is verified/);
    await expectUsable(watched);
  });

  it('sets a new password, and says why another one is not taken', async () => {
    await follow('forgotUserPassword', 'Set a new password for');
    await page.getByLabel('Password').fill('password123');
    await page.getByRole('button', { name: 'Set it' }).click();
    await says(/common/);
    const password = 'typed into a hosted page';
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Set it' }).click();
    await says(/Your password is set/);
    await expectUsable(watched);
    const body = { email: world.user.email, password };
    expect((await suite.call('signInUser', { params: { app: world.app.id }, body })).status).toBe(200);
  });

  it('accepts an invite by keyboard, for somebody new; the token is in no request but the one that accepts', async () => {
    const email = `${uniqueName('guest')}@example.com`;
    const token = await invited({ email });
    await page.keyboard.type('Bob');
    await page.keyboard.press('Tab');
    await page.keyboard.type('password123');
    await page.keyboard.press('Enter');
    await says(/common/);
    const password = 'typed into a hosted page';
    // Back in the field that it is about, which Enter sends again.
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(password);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await says(/You are in, as/);
    await expectUsable(watched);
    const naming = watched.requests.filter((request) => request.includes(token));
    expect(
      new Set(naming.map((request) => request.replace(/ from .*/, '').replace(/https?:[^/]*\/\/[^/]*/, ''))),
    ).toEqual(new Set([`POST /v1/invites/${token}/accept`]));
    expect(naming.every((request) => !request.split(' from ')[1]?.includes(token))).toBe(true);
    const body = { email, password };
    const signedIn = await suite.call('signInUser', { params: { app: world.app.id }, body });
    expect(signedIn.body.user).toMatchObject({ email, display_name: 'Bob', roles: [world.role.name] });
    // The page has forgotten the token; the mail's link says that it is used.
    await page.goto('about:blank');
    await open(await invitation(email));
    await page.getByLabel('Name').fill('Bob');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Accept' }).click();
    await says(/used|closed|no longer/i);
    expect(await page.getByRole('button', { name: 'Accept' }).count()).toBe(0);
  });

  it('asks who has a password already for that one, and refuses a wrong one', async () => {
    const [email, password] = [`${uniqueName('known')}@example.com`, 'what is typed for years'];
    const made = await suite.call('createUser', {
      auth: world.owner.pat,
      params: { app: world.app.id },
      body: { email, password, role: world.role.name },
    });
    const id = made.body.id as string;
    await suite.call('createRole', {
      auth: world.owner.pat,
      params: { app: world.app.id },
      body: { name: 'reviewer', permissions: ['comments:read'] },
    });
    await invited({ email, role: 'reviewer' });
    await page.getByLabel('Name').fill('Somebody');
    await page.getByLabel('Password').fill('a password that is not theirs');
    await page.getByRole('button', { name: 'Accept' }).click();
    await says(/type that one/);
    expect(await page.getByLabel('Name').isVisible()).toBe(false);
    await expectUsable(watched);
    await page.keyboard.type(password);
    await page.keyboard.press('Enter');
    await says(/You are in, as/);
    const params = { app: world.app.id, user_id: id };
    const { body } = await suite.call('getUser', { auth: world.owner.pat, params });
    expect(body.roles).toEqual(expect.arrayContaining(['reviewer', world.role.name]));
  });

  it('asks for an address where the invite is for whoever has it', async () => {
    await invited({ email: `${uniqueName('team')}@example.com`, max_uses: 3 });
    await page.getByLabel('Name').fill('Carol');
    await page.getByLabel('Password').fill('typed into a hosted page');
    await page.getByRole('button', { name: 'Accept' }).click();
    await says(/type your own address/);
    await expectUsable(watched);
    const own = `${uniqueName('carol')}@example.com`;
    await page.keyboard.type(own);
    await page.keyboard.press('Enter');
    await says(new RegExp(`You are in, as ${own}`));
  });

  it('makes no address of what stands where the app should', async () => {
    const odd = encodeURIComponent('../../v1/apps/x');
    await page.goto(`${browserOrigin(suite.gatewayUrl)}/account/app-verify-email#app=${odd}&token=t`);
    await page.getByRole('heading', { name: 'This link is not whole' }).waitFor();
    expect(await page.getByRole('button').count()).toBe(0);
  });
});

describe('a page of an app', () => {
  it('calls the Consumer API from an origin that the app allows, and from no other', async () => {
    const server = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>App</title>');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const elsewhere = `http://localhost:${String((server.address() as AddressInfo).port)}`;
    // A visit of its own: what a browser refuses a page is told on the console.
    const visit = await pages.openBeside();
    await visit.page.goto(`${elsewhere}/`);
    const url = `${browserOrigin(suite.gatewayUrl)}/v1/apps/${world.app.name}/auth/signin`;
    const body = JSON.stringify({ email: world.user.email, password: 'not the password' });
    const script = `fetch(${JSON.stringify(url)}, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: 'Bearer ${world.appKey.secret}' },
      body: ${JSON.stringify(body)},
    }).then(
      (answer) => [answer.status, answer.headers.get('x-ratelimit-limit') !== null],
      () => 'not readable',
    )`;
    try {
      expect(await visit.page.evaluate(script)).toBe('not readable');
      await suite.call('updateAppSettings', {
        auth: world.owner.pat,
        params: { app: world.app.id },
        body: { allowed_origins: [elsewhere] },
      });
      expect(await visit.page.evaluate(script)).toEqual([401, true]);
      expect(visit.faults.join()).toMatch(/blocked by CORS policy/);
    } finally {
      await visit.close();
      server.closeAllConnections();
      server.close();
    }
  });
});
