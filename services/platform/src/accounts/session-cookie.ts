import { sessionCookie } from '@pcft/auth';

/** `Set-Cookie` for a new session: out of reach of scripts and of other sites' unsafe requests. */
export function sessionCookieHeader(token: string, maxAgeSeconds: number, secure: boolean): string {
  return cookie(token, maxAgeSeconds, secure);
}

/** `Set-Cookie` that makes the browser forget the session. */
export function clearedSessionCookieHeader(secure: boolean): string {
  return cookie('', 0, secure);
}

function cookie(value: string, maxAgeSeconds: number, secure: boolean): string {
  const attributes = ['HttpOnly', 'SameSite=Lax', 'Path=/', `Max-Age=${maxAgeSeconds}`];
  return [`${sessionCookie}=${value}`, ...attributes, ...(secure ? ['Secure'] : [])].join('; ');
}
