import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routeTable } from '@pcft/contracts';
import { connectSuite, linkIn, type Suite } from '@pcft/testing';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

const get = (path: string) => fetch(`${suite.gatewayUrl}${path}`);

describe('the pages that links in mails lead to', () => {
  it.each([
    'verify-email',
    'reset-password',
    'accept-invite',
    'accept-app-invite',
    'app-verify-email',
    'app-reset-password',
  ])('/account/%s loads nothing from elsewhere', async (name) => {
    const answer = await get(`/account/${name}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(policy).not.toContain('unsafe');
    const html = await answer.text();
    const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(loaded.sort()).toEqual(['/account/page.css', '/account/page.js']);
    for (const path of loaded) expect((await get(path)).status).toBe(200);
  });

  it('are those that the mails link to', async () => {
    const account = await suite.createAccount();
    const link = linkIn(await suite.inbox.waitFor({ to: account.email, subject: 'Verify your address' }));
    expect((await get(link.pathname)).status).toBe(200);
  });

  it('are where a browser that opens an invite_url is led to; a program is told the method', async () => {
    const path = '/heimdall/v1/invites/inv_tok_0123456789/accept';
    const open = (accept: string) =>
      fetch(`${suite.gatewayUrl}${path}`, { headers: { accept }, redirect: 'manual' });
    const opened = await open('text/html,application/xhtml+xml;q=0.9');
    expect([opened.status, opened.headers.get('location'), opened.headers.get('cache-control')]).toEqual([
      303,
      '/account/accept-app-invite#token=inv_tok_0123456789',
      'no-store',
    ]);
    expect((await open('application/json')).status).toBe(405);
  });

  it('call operations that exist', async () => {
    const script = await (await get('/account/page.js')).text();
    const calls = [...script.matchAll(/send\('(\w+)', ['`]([^'`]+)['`]/g)].map(
      ([, method, path = '']) =>
        `${method ?? ''} ${path.replace(/\?.*$/, '').replace(/\$\{[^}]*\}/g, ':it')}`,
    );
    expect(calls.length).toBeGreaterThan(4);
    const known = routeTable().map(({ method, template }) => `${method} ${template.replace(/:\w+/g, ':it')}`);
    for (const call of calls) expect(known).toContain(call);
  });
});
