import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Request } from 'express';
import type { GatewayResponse } from './exchange.ts';

type Page = (request: Request, response: GatewayResponse) => void;

/** Nothing from elsewhere, no inline script, in nobody's frame. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/**
 * The pages that links in mails lead to, in gateway/pages. They hold no data: the token stays in the fragment of the
 * address, and what the button does is a call of the API like any other.
 */
export const accountPages: Readonly<Record<string, Page>> = {
  ...Object.fromEntries(
    // Those that begin with `app-` are for end users of an app that has set no page of its own.
    [
      'verify-email',
      'reset-password',
      'accept-invite',
      'accept-app-invite',
      'app-verify-email',
      'app-reset-password',
    ].map((name) => [`/account/${name}`, file('account.html', 'text/html')]),
  ),
  '/account/page.js': file('account.js', 'text/javascript'),
  '/account/page.css': file('account.css', 'text/css'),
};

function file(name: string, type: string): Page {
  const text = readFileSync(join(import.meta.dirname, '..', 'pages', name), 'utf8');
  return (_request, response) =>
    void response
      .set({
        'Content-Type': `${type}; charset=utf-8`,
        'Content-Security-Policy': policy,
        'Referrer-Policy': 'no-referrer',
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-store',
      })
      .send(text);
}
