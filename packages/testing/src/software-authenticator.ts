import { createHash, createSign, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';

/** What a browser hands to `navigator.credentials`, as far as it matters here. */
interface CeremonyOptions {
  readonly challenge: string;
  readonly rp?: { readonly id?: string };
  readonly rpId?: string;
  readonly user?: { readonly id: string };
}

/** How an answer may be wrong. */
export interface CeremonyChanges {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  /** Somebody unlocked it; default true. */
  readonly userVerified?: boolean;
  /** Default: one more than before. */
  readonly counter?: number;
  readonly userHandle?: string;
}

/** Where a person would open the suite: by the name that PUBLIC_URL has in a local stack. */
export function browserOrigin(gatewayUrl: string): string {
  return `http://localhost:${new URL(gatewayUrl).port}`;
}

const flags = { userPresent: 0x01, userVerified: 0x04, attested: 0x40 };

/**
 * A passkey in software: a real P-256 key, real attestation and assertion bytes (WebAuthn level 3, sections 6.1 and
 * 6.5), real signatures. It does what browser and authenticator do together.
 */
export class SoftwareAuthenticator {
  readonly credentialId = randomBytes(32);
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #origin: string;
  #counter = 0;
  #userHandle = '';

  constructor(origin: string) {
    this.#origin = origin;
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#privateKey = pair.privateKey;
    this.#publicKey = pair.publicKey;
  }

  /** The answer to registration options: attestation `none`. */
  create(options: CeremonyOptions, changes: CeremonyChanges = {}) {
    this.#userHandle = options.user?.id ?? '';
    const attested = Buffer.concat([
      Buffer.alloc(16), // AAGUID
      uint16(this.credentialId.length),
      this.credentialId,
      this.#coseKey(),
    ]);
    const authData = this.#authData(options, changes, attested);
    const attestationObject = cborMap([
      [cborText('fmt'), cborText('none')],
      [cborText('attStmt'), cborMap([])],
      [cborText('authData'), cborBytes(authData)],
    ]);
    return this.#credential({
      clientDataJSON: this.#clientData('webauthn.create', options, changes).toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal'],
    });
  }

  /** The answer to sign-in options. */
  get(options: CeremonyOptions, changes: CeremonyChanges = {}) {
    const authData = this.#authData(options, changes);
    const clientData = this.#clientData('webauthn.get', options, changes);
    const userHandle = changes.userHandle ?? this.#userHandle;
    const signed = Buffer.concat([authData, sha256(clientData)]);
    return this.#credential({
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: createSign('sha256').update(signed).sign(this.#privateKey).toString('base64url'),
      ...(userHandle !== '' && { userHandle }),
    });
  }

  #credential<R>(response: R) {
    const id = this.credentialId.toString('base64url');
    return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {} };
  }

  #clientData(type: string, { challenge }: CeremonyOptions, changes: CeremonyChanges): Buffer {
    const origin = changes.origin ?? this.#origin;
    const data = { type, challenge: changes.challenge ?? challenge, origin, crossOrigin: false };
    return Buffer.from(JSON.stringify(data));
  }

  #authData(options: CeremonyOptions, changes: CeremonyChanges, attested?: Buffer): Buffer {
    const rpId = changes.rpId ?? options.rp?.id ?? options.rpId ?? '';
    this.#counter = changes.counter ?? this.#counter + 1;
    const set =
      flags.userPresent |
      ((changes.userVerified ?? true) ? flags.userVerified : 0) |
      (attested ? flags.attested : 0);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.#counter);
    return Buffer.concat([
      sha256(Buffer.from(rpId)),
      Buffer.from([set]),
      counter,
      attested ?? Buffer.alloc(0),
    ]);
  }

  /** RFC 9053 section 7.1: EC2, ES256, P-256. */
  #coseKey(): Buffer {
    const { x = '', y = '' } = this.#publicKey.export({ format: 'jwk' });
    return cborMap([
      [cborInteger(1), cborInteger(2)],
      [cborInteger(3), cborInteger(-7)],
      [cborInteger(-1), cborInteger(1)],
      [cborInteger(-2), cborBytes(Buffer.from(x, 'base64url'))],
      [cborInteger(-3), cborBytes(Buffer.from(y, 'base64url'))],
    ]);
  }
}

// As much of CBOR (RFC 8949 section 3) as an attestation needs.
function cborHead(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  return Buffer.concat([Buffer.from([(major << 5) | 25]), uint16(value)]);
}

const cborInteger = (value: number) => (value >= 0 ? cborHead(0, value) : cborHead(1, -1 - value));
const cborBytes = (bytes: Buffer) => Buffer.concat([cborHead(2, bytes.length), bytes]);
const cborText = (text: string) => Buffer.concat([cborHead(3, Buffer.byteLength(text)), Buffer.from(text)]);
const cborMap = (pairs: readonly (readonly [Buffer, Buffer])[]) =>
  Buffer.concat([cborHead(5, pairs.length), ...pairs.flat()]);

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
