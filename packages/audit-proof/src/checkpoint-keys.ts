import { createPrivateKey, createPublicKey, hash, type KeyObject } from 'node:crypto';
import type { CheckpointKeys } from './checkpoint.ts';

/** RFC 8037: an Ed25519 public key as it is published. */
export interface CheckpointJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'EdDSA';
}

export interface SigningPair {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: CheckpointJwk;
}

/** What PKCS #8 puts before the 32 bytes of an Ed25519 seed (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** @param seed 32 random bytes */
export function signingPair(seed: Uint8Array): SigningPair {
  if (seed.byteLength !== 32) throw new TypeError('an Ed25519 seed has 32 bytes');
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const kid = hash('sha256', JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }), 'base64url');
  return { kid, privateKey, jwk: { kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: 'EdDSA' } };
}

/**
 * The Ed25519 keys of a JWKS document (RFC 7517). Others are left out. A kid that is not the key's own thumbprint is
 * not believed.
 *
 * @throws TypeError where the text is no key set
 */
export function keysOf(jwks: unknown): CheckpointKeys {
  const { keys } = (jwks ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new TypeError('not a key set: it has no keys');
  const found = keys.flatMap((jwk: Partial<CheckpointJwk> | null): [string, KeyObject][] => {
    if (jwk?.kty !== 'OKP' || jwk.crv !== 'Ed25519' || typeof jwk.x !== 'string') return [];
    const { x } = jwk;
    const kid = hash('sha256', JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }), 'base64url');
    if (jwk.kid !== kid) return [];
    return [[kid, createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })]];
  });
  return new Map(found);
}
