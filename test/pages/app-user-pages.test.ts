import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { browserOrigin, createWorld, linkIn, tokenIn, type Suite, type World } from '@pcft/testing';
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

/** Opens the link of the newest mail to the world's user; the token must leave the address bar and stand in no address. */
async function follow(operationId: string, subject: string): Promise<void> {
  const { email } = world.user;
  const before = (await suite.inbox.list({ to: email, subject })).length;
  await suite.call(operationId, { params: { app: world.app.id }, body: { email } });
  const mail = await suite.inbox.waitFor({ to: email, subject, count: before + 1 });
  const { pathname, hash } = linkIn(mail);
  await page.goto(`${browserOrigin(suite.gatewayUrl)}${pathname}${hash}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
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
