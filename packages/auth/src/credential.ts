import { Fault } from '@pcft/errors';
import { parseToken } from '@pcft/credentials';
import type { OwnCredential } from '@pcft/contracts';

/** The session cookie. HttpOnly, SameSite=Lax; `Secure` under https. */
export const sessionCookie = 'pcft_session';

/** A credential as it was presented: its form is right, whether it is good is not known yet. */
export interface Credential {
  readonly kind: 'pat' | 'session' | OwnCredential;
  readonly token: string;
  /** The address it came from; platform is told, and shows where a token was last used. */
  readonly presentedFrom?: string;
  /** The app API key that came beside an end user's token. */
  readonly appKey?: string;
}

/** The headers a credential may stand in, already reduced to one value each. */
export interface CredentialHeaders {
  readonly authorization: string | undefined;
  readonly apiKey: string | undefined;
  readonly sessionCookie: string | undefined;
}

/**
 * Reads the credential of a call: `Authorization: Bearer` and `X-Api-Key` take any PAT; an explicit credential
 * beats the cookie; two explicit ones that differ are refused. A malformed or mis-checksummed token is refused
 * here, without touching a database.
 *
 * @returns `null` when there is none
 * @throws Fault `conflicting-credentials`, `api-key-invalid`, `session-invalid`
 */
export function readCredential(
  { authorization, apiKey, sessionCookie: cookie }: CredentialHeaders,
  ownCredentials: readonly OwnCredential[] = [],
): Credential | null {
  const bearer = authorization === undefined ? undefined : readBearer(authorization);
  if (bearer !== undefined && apiKey !== undefined && bearer !== apiKey) throw conflicting();
  const explicit = bearer ?? apiKey;
  if (explicit !== undefined) return explicitCredential(explicit, ownCredentials);
  return cookie === undefined ? null : sessionCredential(cookie);
}

function conflicting(): Fault {
  const details = [{ field: 'x-api-key', reason: 'differs from the Authorization header' }];
  return new Fault('conflicting-credentials', { details });
}

/** @throws Fault `api-key-invalid` for another scheme */
export function readBearer(authorization: string): string {
  const match = /^Bearer +([!-~]+) *$/i.exec(authorization);
  if (!match?.[1]) throw new Fault('api-key-invalid');
  return match[1];
}

function explicitCredential(token: string, ownCredentials: readonly OwnCredential[]): Credential {
  const kind = parseToken(token)?.kind;
  if (kind === 'pat' || kind === 'pat-test' || kind === 'pat-quickstart') return { kind: 'pat', token };
  if (kind === 'app-key' && ownCredentials.includes('app-key')) return { kind: 'app-key', token };
  throw new Fault('api-key-invalid');
}

function sessionCredential(token: string): Credential {
  if (parseToken(token)?.kind !== 'session') throw new Fault('session-invalid');
  return { kind: 'session', token };
}
