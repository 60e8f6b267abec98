import type { Operation } from './operation.ts';

/** What runs in the browsers of an app's end users: the Consumer API, tokens, and the keys that verify them. */
const underAnApp = [
  /^\/v1\/apps\/:app\/auth\//,
  /^\/v1\/apps\/:app\/tokens(\/refresh|\/revoke)?$/,
  /^\/v1\/apps\/:app\/\.well-known\/jwks\.json$/,
];

/**
 * Whether pages of the origins that the addressed app allows may call an operation from a browser (CORS). None of
 * these reads a cookie, and nothing that is decided by an account's policy is among them.
 */
export function isCalledByPages({ path, access }: Pick<Operation, 'path' | 'access'>): boolean {
  const ofEndUsers = access.kind === 'public' || access.kind === 'end-user';
  return ofEndUsers && underAnApp.some((form) => form.test(path));
}
