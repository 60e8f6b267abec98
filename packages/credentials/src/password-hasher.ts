import { createHmac } from 'node:crypto';
import bcrypt from 'bcrypt';
import { createBoundedQueue } from './bounded-queue.ts';
import { parseForeignHash, type ForeignHash } from './foreign-hash.ts';
import { createHashThreads } from './hash-threads.ts';
import { normalizePassword } from './password-rules.ts';

export interface PasswordHasherOptions {
  /** Key of the pre-hash; changing it makes every stored hash unverifiable. */
  pepper: string | Buffer;
  /** bcrypt's log2 rounds; default 10. */
  cost?: number;
  /** Hashes computed at a time, each on a thread of its own; default 2. */
  concurrency?: number;
  /** Calls that may wait for their turn; default 100, some 3 s of work on two cores. */
  maxWaiting?: number;
}

export interface PasswordHasher {
  /** `v1$2b$10$…`. Rejects with BusyError when too many calls wait, TypeError for text that is not well-formed. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password is the stored one; false for a stored text of no scheme it knows. It knows its own, and
   * bcrypt and argon2id as other systems have them (`isPasswordHash`). Rejects with BusyError.
   */
  verify(password: string, stored: string): Promise<boolean>;
  /** Always false, after the time a `verify` takes: for accounts that do not exist. Rejects with BusyError. */
  verifyDummy(password: string): Promise<false>;
  /** True when the stored hash was made otherwise, or by another system, and should be replaced after a sign-in. */
  needsRehash(stored: string): boolean;
}

// The scheme says how the password became bcrypt's input; bcrypt's own part names its version, cost and salt.
const SCHEME = 'v1';
const STORED = /^v1(\$2b\$\d\d\$[./0-9A-Za-z]{53})$/;

/** Whether a text is a password hash of another system that can be verified here, and so may be imported. */
export function isPasswordHash(text: string): boolean {
  return parseForeignHash(text) !== null;
}

/**
 * Passwords as bcrypt(base64(HMAC-SHA-256(pepper, password))). The pre-hash makes every byte count, where bcrypt alone
 * ignores what follows the 72nd byte or a NUL; base64 keeps NUL out of bcrypt's input. Passwords are normalized first, so
 * that one typed on another keyboard is the same (ADR 0014).
 */
export function createPasswordHasher(options: PasswordHasherOptions): PasswordHasher {
  const { pepper, cost = 10, concurrency = 2, maxWaiting = 100 } = options;
  if (pepper.length === 0) throw new TypeError('the password pepper is empty');
  const queue = createBoundedQueue(concurrency, maxWaiting);
  const threads = createHashThreads(concurrency);
  // A salt of this cost with an impossible result: comparing computes a whole hash and never matches.
  const dummy = bcrypt.genSaltSync(cost) + '.'.repeat(31);
  const prehash = (password: string) =>
    createHmac('sha256', pepper).update(normalizePassword(password), 'utf8').digest('base64');

  const compare = (password: string, against: ForeignHash) =>
    queue.run(() => threads.run({ kind: 'compare', password, against }));

  async function verifyDummy(password: string): Promise<false> {
    await compare(prehash(password), { scheme: 'bcrypt', hash: dummy });
    return false;
  }

  return {
    async hash(password) {
      // Lone surrogates all become U+FFFD in UTF-8, so different passwords would hash alike.
      if (!password.isWellFormed()) throw new TypeError('the password is not well-formed Unicode');
      return (
        SCHEME + (await queue.run(() => threads.run({ kind: 'hash', password: prehash(password), cost })))
      );
    },
    async verify(password, stored) {
      const hashed = STORED.exec(stored)?.[1];
      if (!password.isWellFormed()) return verifyDummy(password);
      if (hashed === undefined) {
        const foreign = parseForeignHash(stored);
        return foreign ? compare(password, foreign) : verifyDummy(password);
      }
      return compare(prehash(password), { scheme: 'bcrypt', hash: hashed });
    },
    verifyDummy,
    needsRehash(stored) {
      const hashed = STORED.exec(stored)?.[1];
      return hashed === undefined || bcrypt.getRounds(hashed) !== cost;
    },
  };
}
