import { Secret, TOTP } from 'otpauth';

/** RFC 6238 as every authenticator takes it: SHA-1, six digits, this many seconds a step. */
const period = 30;
/** A code of the step before or after is taken too: clocks differ, and people type (RFC 6238 section 5.2). */
const window = 1;
/** RFC 4226 section 4 recommends 160 bits. */
const secretBytes = 20;

/** The secret of an authenticator, to be kept sealed; what it is shown as is shown once. */
export interface TotpSecret {
  readonly bytes: Buffer;
  /** For authenticators that take no URI. */
  readonly base32: string;
  /** `otpauth://totp/…`, for a QR code. */
  readonly uri: string;
}

/** @param issuer who asks for the code, and `label` whom: both are shown by the authenticator */
export function createTotpSecret({
  issuer,
  label,
}: {
  readonly issuer: string;
  readonly label: string;
}): TotpSecret {
  const secret = new Secret({ size: secretBytes });
  // A colon ends the issuer in the label of the URI, also where it is escaped.
  const named = issuer.replaceAll(/\s*:\s*/g, ' ').trim();
  const uri = new TOTP({ issuer: named, label, secret, period }).toString();
  return { bytes: Buffer.from(secret.bytes), base32: secret.base32, uri };
}

/**
 * The time step that a code belongs to; `null` for a code that is none of the secret's. Whoever takes it has to
 * remember the step: a code is good once (RFC 6238 section 5.2).
 */
export function totpStepOf(secret: Uint8Array, code: string, now = Date.now()): number | null {
  const token = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return null;
  const totp = new TOTP({ secret: new Secret({ buffer: Uint8Array.from(secret).buffer }), period });
  const delta = totp.validate({ token, timestamp: now, window });
  return delta === null ? null : Math.floor(now / 1000 / period) + delta;
}
