import { edgeLimitHeaders } from './edge-limit.ts';
import type { Step } from './exchange.ts';

/** Where seed 001's `invite_url` points to: an operation that takes a POST. */
const inviteUrl = /^(?:\/heimdall)?\/v1\/invites\/([A-Za-z0-9_]{8,100})\/accept$/;

/**
 * Whoever opens an `invite_url` in a browser is led to the page that accepts it, with the token in the fragment. For
 * programs it stays what the document says it is.
 */
export const inviteLinks: Step = (request, response, next) => {
  const token = inviteUrl.exec(response.locals.path)?.[1];
  const opened = request.method === 'GET' && /\btext\/html\b/i.test(request.headers.accept ?? '');
  if (token === undefined || !opened) return next();
  response
    .set({ ...edgeLimitHeaders(response.locals), 'X-Request-Id': response.locals.requestId })
    .set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' })
    .redirect(303, `/account/accept-app-invite#token=${token}`);
};
