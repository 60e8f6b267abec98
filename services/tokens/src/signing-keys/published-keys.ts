import { createHash } from 'node:crypto';
import type { PublicJwk } from './signing-key.ts';

/** A strong validator (RFC 9110 section 8.8.3): it changes exactly when a key comes or goes. */
export function entityTag(keys: readonly PublicJwk[]): string {
  const kids = keys.map(({ kid }) => kid).join(' ');
  return `"${createHash('sha256').update(kids).digest('base64url').slice(0, 27)}"`;
}
