import type { KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { AccessClaims } from './claims.ts';

/**
 * RS256 on the thread pool, under the explicit type of RFC 9068 (RFC 8725 section 3.11). (jsonwebtoken's callback form signs on the event loop all the same, 0.3 ms a token.)
 */
export function signAccessToken(
  { kid, privateKey }: { readonly kid: string; readonly privateKey: KeyObject },
  claims: AccessClaims,
): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid }).sign(privateKey);
}
