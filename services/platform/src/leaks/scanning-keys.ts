import { createPublicKey, verify, type KeyObject } from 'node:crypto';

/** Who may report leaked tokens, by key id. */
export interface ScanningKeys {
  /** Whether the key has signed exactly these bytes. False for an unknown key and a signature that cannot be read. */
  verify(keyId: string, signature: string, bytes: Uint8Array): boolean;
}

/**
 * Reads the trusted keys in the form in which GitHub publishes its own (`/meta/public_keys/secret_scanning`):
 * `{"public_keys":[{"key_identifier":"…","key":"-----BEGIN PUBLIC KEY-----…"}]}`. Keys that are no longer current are
 * taken too: what they have signed may still be on its way. Whoever no longer trusts one takes it out.
 *
 * @throws TypeError naming the entry, never its text
 */
export function readScanningKeys(json: string): ScanningKeys {
  const keys = new Map(entriesOf(json).map((entry, i) => readKey(entry, i)));
  return {
    verify(keyId, signature, bytes) {
      const key = keys.get(keyId);
      return key !== undefined && verify('sha256', bytes, key, Buffer.from(signature, 'base64'));
    },
  };
}

function entriesOf(json: string): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new TypeError('the secret scanning keys are no JSON');
  }
  const entries = (value as { public_keys?: unknown } | null)?.public_keys;
  if (!Array.isArray(entries)) throw new TypeError('the secret scanning keys have no list public_keys');
  return entries;
}

function readKey(entry: unknown, index: number): [string, KeyObject] {
  const { key_identifier: id, key } = (entry ?? {}) as { key_identifier?: unknown; key?: unknown };
  const fault = (why: string) => new TypeError(`entry ${index + 1} of the secret scanning keys ${why}`);
  if (typeof id !== 'string' || id === '' || typeof key !== 'string')
    throw fault('needs key_identifier and key');
  let read: KeyObject;
  try {
    read = createPublicKey(key);
  } catch {
    throw fault('is no public key in PEM');
  }
  // Another kind of key would make of `verify` another algorithm than the one that is documented.
  if (read.asymmetricKeyType !== 'ec' || read.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw fault('is no key of the curve P-256');
  return [id, read];
}
