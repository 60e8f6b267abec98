import { sessionCookie } from '@pcft/auth';

/** How long a session lasts. */
export const sessionTtlSeconds = 14 * 24 * 60 * 60;

/** `Set-Cookie` for a new session: out of reach of scripts and of other sites' unsafe requests. */
export function sessionCookieHeader(token: string, secure: boolean): string {
  return cookie(token, sessionTtlSeconds, secure);
}

/** `Set-Cookie` that makes the browser forget the session. */
export function clearedSessionCookieHeader(secure: boolean): string {
  return cookie('', 0, secure);
}

function cookie(value: string, maxAgeSeconds: number, secure: boolean): string {
  const attributes = ['HttpOnly', 'SameSite=Lax', 'Path=/', `Max-Age=${maxAgeSeconds}`];
  return [`${sessionCookie}=${value}`, ...attributes, ...(secure ? ['Secure'] : [])].join('; ');
}
