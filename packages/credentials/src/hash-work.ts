import { argon2Sync, timingSafeEqual } from 'node:crypto';
import bcrypt from 'bcrypt';
import type { ForeignHash } from './foreign-hash.ts';

/** One piece of work that takes tens of milliseconds of a processor. */
export type HashWork =
  | { readonly kind: 'hash'; readonly password: string; readonly cost: number }
  | { readonly kind: 'compare'; readonly password: string; readonly against: ForeignHash };

/** What a thread of `createHashThreads` runs, to the end: nothing else waits for that thread. */
export function carryOut(work: HashWork): string | boolean {
  if (work.kind === 'hash') return bcrypt.hashSync(work.password, work.cost);
  const { password, against } = work;
  if (against.scheme === 'bcrypt') return bcrypt.compareSync(password, against.hash);
  const { memory, passes, parallelism, nonce, tag } = against;
  const derived = argon2Sync('argon2id', {
    message: Buffer.from(password, 'utf8'),
    nonce,
    memory,
    passes,
    parallelism,
    tagLength: tag.length,
  });
  return timingSafeEqual(derived, tag);
}
