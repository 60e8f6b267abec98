import { isId } from '@pcft/credentials';

/** What a token says of itself before anything is verified. Only good for finding the key it has to verify by. */
export interface PeekedToken {
  readonly token: string;
  readonly kid: string;
  /** The app it names; whether it belongs to it is for the signature to say. */
  readonly appId: string;
}

export type PeekRefusal = 'token_malformed' | 'token_algorithm_refused';

/** A role may hold 200 permissions of 130 characters, and a token carries them all. */
const longestToken = 49_152;

/** The only header members we ever issue. Anything else (`jwk`, `jku`, `x5u`, `crit`, `zip`, …) is not ours. */
const issuedMembers = new Set(['alg', 'typ', 'kid']);
/** `at+jwt` is what is issued; `JWT` what was before it, and nothing else was ever signed by these keys. */
const types = new Set(['at+jwt', 'JWT']);
const thumbprint = /^[A-Za-z0-9_-]{43}$/;

/**
 * Reads the form of a token, strictly: what this service issues and nothing beside it (RFC 8725 sections 3.1, 3.4,
 * 3.9 to 3.11). The algorithm is pinned here and again where the signature is checked.
 */
export function peekAccessToken(token: string): PeekedToken | PeekRefusal {
  if (token.length > longestToken) return 'token_malformed';
  const parts = token.split('.');
  if (parts.length !== 3) return 'token_malformed';
  const [header, payload, signature] = parts.map(decode);
  const head = header && parseObject(header);
  const claims = payload && parseObject(payload);
  if (!head || !claims || !signature) return 'token_malformed';
  const { alg, typ, kid } = head;
  if (alg !== 'RS256') return 'token_algorithm_refused';
  const appId = claims['app_id'];
  const ours =
    Object.keys(head).every((member) => issuedMembers.has(member)) &&
    typeof typ === 'string' &&
    types.has(typ) &&
    typeof kid === 'string' &&
    thumbprint.test(kid) &&
    typeof appId === 'string' &&
    isId('app_', appId);
  return ours ? { token, kid, appId } : 'token_malformed';
}

/** `null` for what is empty or not written as we write it: each value has one spelling. An unsigned token is kept apart. */
function decode(part: string, index: number): Buffer | null {
  const bytes = Buffer.from(part, 'base64url');
  const empty = bytes.length === 0 && index < 2;
  return empty || bytes.toString('base64url') !== part ? null : bytes;
}

function parseObject(bytes: Buffer): Record<string, unknown> | null {
  try {
    const text = bytes.toString('utf8');
    const value: unknown = JSON.parse(text);
    // Written as we write it, so that it reads alike everywhere: no member twice, no space, no other escapes.
    if (JSON.stringify(value) !== text) return null;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
