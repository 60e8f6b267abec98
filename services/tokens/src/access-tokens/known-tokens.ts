import { hash, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { AccessClaims } from './claims.ts';
import { peekAccessToken, type PeekedToken, type PeekRefusal } from './peek-access-token.ts';
import { verifyAccessToken, type Expectation, type VerifyRefusal } from './verify-access-token.ts';

/** A token by its form, and by what it is known again. */
export interface ReadToken extends PeekedToken {
  readonly digest: string;
}

/** Reads and verifies access tokens; those it has found good it knows again, by their digest. */
export interface KnownTokens {
  /** See `peekAccessToken`. */
  peek(token: string): ReadToken | PeekRefusal;
  /** See `verifyAccessToken`. */
  verify(
    token: ReadToken,
    publicKey: KeyObject,
    expected: Expectation,
    nowMs: number,
  ): AccessClaims | VerifyRefusal;
}

interface Known {
  readonly kid: string;
  readonly appId: string;
  readonly issuer: string;
  /** The very key that the signature was found good by. */
  readonly publicKey: KeyObject;
  readonly claims: AccessClaims;
}

/** A backend sends the same token with every request of a user; their claims are some kilobytes at most. */
const mostTokens = 10_000;
const mostCharacters = 32_000_000;

/**
 * What never changes about a token is found out once: that its bytes are well-formed, who signed them, and what they
 * say. What may change is asked each time: whether its key still verifies and its subject still stands (the caller's
 * affair), and the clock. Only good tokens are kept, so that nobody can push them out with made-up ones; and only
 * their digests, so that no bearer of a token can be read out of this.
 */
export function createKnownTokens(): KnownTokens {
  const known = new LRUCache<string, Known>({ max: mostTokens, maxSize: mostCharacters });

  return {
    peek(token) {
      const digest = hash('sha256', token, 'base64url');
      const entry = known.get(digest);
      if (entry) return { token, digest, kid: entry.kid, appId: entry.appId };
      const peeked = peekAccessToken(token);
      return typeof peeked === 'string' ? peeked : { ...peeked, digest };
    },
    verify(read, publicKey, expected, nowMs) {
      const { digest, kid, token } = read;
      const entry = known.get(digest);
      if (entry && isGood(entry, publicKey, expected, nowMs)) return entry.claims;
      known.delete(digest);
      const claims = verifyAccessToken(read, publicKey, expected, nowMs);
      if (typeof claims === 'string') return claims;
      // None of ours has a time before which it does not count; nothing here would look at it again.
      if ('nbf' in claims) return claims;
      const { appId, issuer } = expected;
      known.set(digest, { kid, appId, issuer, publicKey, claims }, { size: token.length });
      return claims;
    },
  };
}

/** The library's own comparison, for the one thing that time changes: `exp` (RFC 7519 section 4.1.4). */
function isGood(entry: Known, publicKey: KeyObject, { appId, issuer }: Expectation, nowMs: number): boolean {
  return (
    entry.publicKey === publicKey &&
    entry.appId === appId &&
    entry.issuer === issuer &&
    Math.floor(nowMs / 1000) < entry.claims.exp
  );
}
