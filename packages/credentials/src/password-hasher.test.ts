import { beforeAll, describe, expect, it } from '@jest/globals';
import bcrypt from 'bcrypt';
import { BusyError, createPasswordHasher, type PasswordHasher } from './index.ts';

// The lowest cost bcrypt takes: what is tested here does not depend on it.
const options = { pepper: 'a pepper for tests', cost: 4 };

describe('createPasswordHasher', () => {
  let hasher: PasswordHasher;
  let stored: string;
  beforeAll(async () => {
    hasher = createPasswordHasher(options);
    stored = await hasher.hash('correct horse');
  });

  it('verifies the password and no other', async () => {
    expect(stored).toMatch(/^v1\$2b\$04\$/);
    expect(await hasher.verify('correct horse', stored)).toBe(true);
    expect(await hasher.verify('correct horsf', stored)).toBe(false);
    expect(await hasher.verify('', stored)).toBe(false);
  });

  it('salts', async () => {
    expect(await hasher.hash('correct horse')).not.toBe(stored);
  });

  const long = 'x'.repeat(72);
  it.each([
    ['beyond 72 bytes', `${long}a`, `${long}b`],
    ['beyond 72 bytes of several each', `${'é'.repeat(40)}a`, `${'é'.repeat(40)}b`],
    ['after a NUL', 'a\0b', 'a\0c'],
    ['from a NUL on', 'a', 'a\0'],
    ['in accents', '\u00e9', 'e'],
    ['in case', 'Password', 'password'],
  ])('tells passwords apart that differ %s', async (_, one, other) => {
    const hash = await hasher.hash(one);
    expect(await hasher.verify(one, hash)).toBe(true);
    expect(await hasher.verify(other, hash)).toBe(false);
  });

  it('refuses text that is not well-formed, which UTF-8 would make alike', async () => {
    await expect(hasher.hash('\ud800')).rejects.toThrow(TypeError);
    expect(await hasher.verify('\ud800', await hasher.hash('\ufffd'))).toBe(false);
  });

  it('needs the same pepper', async () => {
    const other = createPasswordHasher({ ...options, pepper: 'another pepper' });
    expect(await other.verify('correct horse', stored)).toBe(false);
    expect(() => createPasswordHasher({ ...options, pepper: '' })).toThrow(TypeError);
  });

  it.each(['', 'correct horse', 'v0$2b$04$abc', 'v1$2b$04$short'])(
    'matches nothing against %j',
    async (text) => {
      expect(await hasher.verify('correct horse', text)).toBe(false);
    },
  );

  it('takes a bare bcrypt hash for one of another system, to be made anew', async () => {
    const bare = await bcrypt.hash('correct horse', 4);
    expect(await hasher.verify('correct horse', bare)).toBe(true);
    expect(await hasher.verify('correct house', bare)).toBe(false);
    expect(hasher.needsRehash(bare)).toBe(true);
  });

  it('says which hashes are of other parameters', () => {
    expect(hasher.needsRehash(stored)).toBe(false);
    expect(createPasswordHasher({ ...options, cost: 5 }).needsRehash(stored)).toBe(true);
    expect(hasher.needsRehash('anything')).toBe(true);
  });
});

describe('verifyDummy', () => {
  it('is false after the work of a whole hash', async () => {
    // 2^9 rounds against 2^4: a comparison that were skipped could not take a third of a real one.
    const hasher = createPasswordHasher({ ...options, cost: 9 });
    const stored = await hasher.hash('a password');
    const works = [
      () => hasher.verify('another', stored),
      () => hasher.verifyDummy('another'),
      () => hasher.verify('another', 'no hash at all'),
    ];
    const best = works.map(() => Infinity);
    // In turn, so that whatever else the machine does meets all of them alike.
    for (let round = 0; round < 10; round++) {
      for (const [n, work] of works.entries()) {
        const started = performance.now();
        await work();
        best[n] = Math.min(best[n] ?? Infinity, performance.now() - started);
      }
    }
    const [real = 0, ...others] = best;
    expect(await hasher.verifyDummy('another')).toBe(false);
    for (const pretended of others) {
      expect(pretended).toBeGreaterThan(real / 2);
      expect(pretended).toBeLessThan(real * 2);
    }
  });
});

describe('under load', () => {
  it('lets a bounded number wait and refuses the rest at once', async () => {
    const hasher = createPasswordHasher({ ...options, concurrency: 2, maxWaiting: 3 });
    const results = await Promise.allSettled(Array.from({ length: 9 }, () => hasher.verifyDummy('x')));
    expect(results.map(({ status }) => status)).toEqual([
      ...new Array<string>(5).fill('fulfilled'),
      ...new Array<string>(4).fill('rejected'),
    ]);
    const refused = results[8] as PromiseRejectedResult;
    expect(refused.reason).toBeInstanceOf(BusyError);
    expect((refused.reason as BusyError).code).toBe('busy');
    expect(await hasher.verifyDummy('x')).toBe(false);
  });
});
