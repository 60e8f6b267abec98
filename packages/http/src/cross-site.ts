import { Fault } from '@pcft/errors';
import type { IncomingMessage } from 'node:http';

/**
 * Refuses what another site makes a browser send with the session cookie. SameSite=Lax and JSON-only bodies stand in
 * front of this; `Origin` and `Sec-Fetch-Site` are set by the browser and cannot be forged by a page.
 *
 * @throws Fault `cross-site`
 */
export function assertSameSite(req: IncomingMessage, publicUrl: string): void {
  if (req.method === 'GET' || req.method === 'HEAD') return;
  const site = req.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new Fault('cross-site');
  const { origin, host } = req.headers;
  if (origin !== undefined && origin !== new URL(publicUrl).origin && hostOf(origin) !== host) {
    throw new Fault('cross-site');
  }
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
