import { constantTimeEqual } from '@pcft/credentials';
import { createHmac, hkdfSync, randomBytes } from 'node:crypto';

export const deviceCookieName = 'pcft_device';

const validMs = 180 * 24 * 60 * 60 * 1000;
/** People who sign in to more accounts in one browser are strangers to the oldest. */
const mostAccounts = 5;
const form = /^[A-Za-z0-9_-]{22}(~[0-9a-z]{8,9}\.[A-Za-z0-9_-]{43}){1,5}$/;

/**
 * Remembers that somebody has signed in to an account from this browser (OWASP's "device cookies"). It opens nothing:
 * it only gives the browser a budget of wrong passwords of its own, which strangers' guesses do not touch. The value is
 * `device~time.signature~…`, one signature an account; neither account nor address can be read from it.
 */
export class DeviceCookies {
  readonly #key: Buffer;

  constructor(pepper: Buffer) {
    this.#key = Buffer.from(hkdfSync('sha256', pepper, '', 'device cookies', 32));
  }

  /** The device, if it has signed in to this account before; `null` for everybody else. */
  deviceOf(cookie: string | null, account: string, now = Date.now()): string | null {
    const parsed = parse(cookie);
    if (!parsed) return null;
    const known = parsed.entries.some(({ time, signature }) => {
      const age = now - Number.parseInt(time, 36);
      const fits = constantTimeEqual(signature, this.#sign(parsed.device, time, account));
      return fits && age >= -60_000 && age <= validMs;
    });
    return known ? parsed.device : null;
  }

  /** `Set-Cookie` after a successful sign-in. What the browser knows of other accounts stays. */
  remember(cookie: string | null, account: string, secure: boolean, now = Date.now()): string {
    const parsed = parse(cookie);
    const device = parsed?.device ?? randomBytes(16).toString('base64url');
    const time = now.toString(36);
    const others = (parsed?.entries ?? []).filter(
      (entry) => entry.signature !== this.#sign(device, entry.time, account),
    );
    const entries = [{ time, signature: this.#sign(device, time, account) }, ...others].slice(
      0,
      mostAccounts,
    );
    const value = [device, ...entries.map((entry) => `${entry.time}.${entry.signature}`)].join('~');
    const attributes = ['HttpOnly', 'SameSite=Lax', 'Path=/api/auth', `Max-Age=${String(validMs / 1000)}`];
    return [`${deviceCookieName}=${value}`, ...attributes, ...(secure ? ['Secure'] : [])].join('; ');
  }

  #sign(device: string, time: string, account: string): string {
    const signed = JSON.stringify([device, time, account.toLowerCase()]);
    return createHmac('sha256', this.#key).update(signed).digest('base64url');
  }
}

function parse(cookie: string | null) {
  if (cookie === null || !form.test(cookie)) return null;
  const [device = '', ...rest] = cookie.split('~');
  const entries = rest.map((entry) => {
    const [time = '', signature = ''] = entry.split('.');
    return { time, signature };
  });
  return { device, entries };
}
