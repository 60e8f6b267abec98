import { describe, expect, it } from '@jest/globals';
import { clearedSessionCookieHeader, sessionCookieHeader } from './session-cookie.ts';

describe('the session cookie', () => {
  it('is out of reach of scripts and of other sites, and lasts as long as the session', () => {
    expect(sessionCookieHeader('pcft_sess_x', 1_209_600, false)).toBe(
      'pcft_session=pcft_sess_x; HttpOnly; SameSite=Lax; Path=/; Max-Age=1209600',
    );
  });

  it('goes over https only where the suite is reached by https', () => {
    expect(sessionCookieHeader('pcft_sess_x', 1_209_600, true)).toMatch(/; Secure$/);
  });

  it('is forgotten on sign-out', () => {
    expect(clearedSessionCookieHeader(false)).toBe(
      'pcft_session=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0',
    );
  });
});
