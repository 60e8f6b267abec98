import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { Subject } from '@pcft/auth';
import { calculateJwkThumbprint } from 'jose';

/** The public half as it is published (RFC 7517, RFC 7518 section 6.3.1). */
export interface PublicJwk {
  readonly kty: 'RSA';
  readonly use: 'sig';
  readonly alg: 'RS256';
  readonly kid: string;
  readonly n: string;
  readonly e: string;
}

/** A key as it was made; the private half in PKCS #8. */
export interface NewSigningKey {
  readonly publicJwk: PublicJwk;
  readonly privateKey: Buffer;
}

/** All of an app's keys are one subject of the invalidation log: a rotation changes several at once. */
export function keysOf(appId: string): Subject {
  return { kind: 'signing-key', id: appId };
}

/** Only public members, whatever else the column should come to hold. */
export function toPublicJwk(value: unknown): PublicJwk {
  const { kid, n, e } = value as PublicJwk;
  return { kty: 'RSA', use: 'sig', alg: 'RS256', kid, n, e };
}

const generate = promisify(generateKeyPair);

/** A fresh 2048-bit RSA key, made on the thread pool. Its `kid` is the RFC 7638 thumbprint. */
export async function generateSigningKey(): Promise<NewSigningKey> {
  const { publicKey, privateKey } = await generate('rsa', { modulusLength: 2048, publicExponent: 0x10001 });
  const { n, e } = publicKey.export({ format: 'jwk' });
  if (n === undefined || e === undefined) throw new Error('the generated key has no RSA members');
  const kid = await calculateJwkThumbprint({ kty: 'RSA', n, e }, 'sha256');
  return {
    publicJwk: { kty: 'RSA', use: 'sig', alg: 'RS256', kid, n, e },
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }),
  };
}
