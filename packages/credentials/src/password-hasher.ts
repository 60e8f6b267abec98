import { createHmac } from 'node:crypto';
import bcrypt from 'bcrypt';
import { assertAwaited, createBoundedQueue, type Turn } from './bounded-queue.ts';
import { isImportable, parseForeignHash, type ForeignHash } from './foreign-hash.ts';
import { createHashThreads } from './hash-threads.ts';
import { normalizePassword } from './password-rules.ts';
import { decoys, mostWork, workOf, type RefusalWork } from './refusal-work.ts';

export interface PasswordHasherOptions {
  /** Key of the pre-hash; changing it makes every stored hash unverifiable. */
  pepper: string | Buffer;
  /** bcrypt's log2 rounds; default 10. */
  cost?: number;
  /** Hashes computed at a time, each on a thread of its own; default 2. */
  concurrency?: number;
  /** Calls that may wait for their turn, of all keys together; default 100, some 3 s of work on two cores. */
  maxWaiting?: number;
  /** Told of every hash that is computed. */
  onWork?: (work: RefusalWork) => void;
}

/** What a refusal costs, so that its time does not tell whose password it was. */
export interface RefusalCost {
  /** Default, and least: a hash of the hasher's own. */
  readonly work?: RefusalWork;
  /** The right password is refused as well, for another reason. */
  readonly evenIfRight?: boolean;
}

export interface PasswordHasher {
  /** `v1$2b$10$…`. Rejects with BusyError when too many calls wait, TypeError for text that is not well-formed. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password is the stored one; false for a stored text of no scheme it knows. It knows its own, and
   * bcrypt and argon2id as other systems have them (`isPasswordHash`). What a refusal costs is filled up to `refusal`,
   * whatever the stored hash costs. Rejects with BusyError.
   */
  verify(password: string, stored: string, refusal?: RefusalCost): Promise<boolean>;
  /** Always false, after the work of a `verify` that refuses: for accounts that do not exist. Rejects with BusyError. */
  verifyDummy(password: string, refusal?: Pick<RefusalCost, 'work'>): Promise<false>;
  /** True when the stored hash was made otherwise, or by another system, and should be replaced after a sign-in. */
  needsRehash(stored: string): boolean;
  /** The same hasher, whose calls take their turns as those of a key: one key cannot keep the others waiting. */
  onBehalfOf(turn: Turn): PasswordHasher;
}

// The scheme says how the password became bcrypt's input; bcrypt's own part names its version, cost and salt.
const SCHEME = 'v1';
const STORED = /^v1(\$2b\$\d\d\$[./0-9A-Za-z]{53})$/;

/** Whether a text is a password hash of another system that may be imported: it can be verified here, and is not too dear. */
export function isPasswordHash(text: string): boolean {
  const hash = parseForeignHash(text);
  return hash !== null && isImportable(hash);
}

/**
 * Passwords as bcrypt(base64(HMAC-SHA-256(pepper, password))). The pre-hash makes every byte count, where bcrypt alone
 * ignores what follows the 72nd byte or a NUL; base64 keeps NUL out of bcrypt's input. Passwords are normalized first, so
 * that one typed on another keyboard is the same (ADR 0014).
 */
export function createPasswordHasher(options: PasswordHasherOptions): PasswordHasher {
  const { pepper, cost = 10, concurrency = 2, maxWaiting = 100, onWork } = options;
  if (pepper.length === 0) throw new TypeError('the password pepper is empty');
  const queue = createBoundedQueue(concurrency, maxWaiting);
  const threads = createHashThreads(concurrency);
  const ownWork = workOf(`$2b$${String(cost).padStart(2, '0')}`);
  const noWork = mostWork([]);
  const prehash = (password: string) =>
    createHmac('sha256', pepper).update(normalizePassword(password), 'utf8').digest('base64');

  async function compare(password: string, against: ForeignHash): Promise<boolean> {
    onWork?.(costOf(against));
    return threads.run({ kind: 'compare', password, against });
  }

  function waitingAs(turn: Turn): PasswordHasher {
    /** The work of a refusal beyond what was done. One call's hashes run one after the other, as one turn of the queue. */
    async function fillUp(password: string, done: RefusalWork, work: RefusalWork = noWork): Promise<void> {
      for (const decoy of decoys(done, mostWork([ownWork, work]))) {
        assertAwaited(turn.abandoned);
        await compare(prehash(password), decoy);
      }
    }

    async function verifyDummy(password: string, refusal: RefusalCost = {}): Promise<false> {
      await queue.run(() => fillUp(password, noWork, refusal.work), turn);
      return false;
    }

    return {
      async hash(password) {
        // Lone surrogates all become U+FFFD in UTF-8, so different passwords would hash alike.
        if (!password.isWellFormed()) throw new TypeError('the password is not well-formed Unicode');
        const hashed = await queue.run(() => {
          onWork?.(ownWork);
          return threads.run({ kind: 'hash', password: prehash(password), cost });
        }, turn);
        return SCHEME + hashed;
      },
      async verify(password, stored, refusal = {}) {
        const hashed = STORED.exec(stored)?.[1];
        const own: ForeignHash | null = hashed === undefined ? null : { scheme: 'bcrypt', hash: hashed };
        const against = own ?? parseForeignHash(stored);
        if (!password.isWellFormed() || !against) return verifyDummy(password, refusal);
        return queue.run(async () => {
          const right = await compare(own ? prehash(password) : password, against);
          if (!right || refusal.evenIfRight === true) await fillUp(password, costOf(against), refusal.work);
          return right;
        }, turn);
      },
      verifyDummy,
      needsRehash(stored) {
        const hashed = STORED.exec(stored)?.[1];
        return hashed === undefined || bcrypt.getRounds(hashed) !== cost;
      },
      onBehalfOf: waitingAs,
    };
  }

  return waitingAs({});
}

function costOf(hash: ForeignHash): RefusalWork {
  if (hash.scheme === 'bcrypt') return workOf(hash.hash);
  const { memory, passes } = hash;
  return { rounds: 0, blocks: memory * passes, memory };
}
