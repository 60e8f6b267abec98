import { beforeEach, describe, expect, it } from '@jest/globals';
import bcrypt from 'bcrypt';
import { createPasswordHasher } from './password-hasher.ts';
import { decoys, mostWork, workOf, type RefusalWork } from './refusal-work.ts';

const done = { rounds: 0, blocks: 0 };
beforeEach(() => void Object.assign(done, { rounds: 0, blocks: 0 }));
const onWork = ({ rounds, blocks }: RefusalWork) => {
  done.rounds += rounds;
  done.blocks += blocks;
};
const hasher = createPasswordHasher({ pepper: 'a pepper', cost: 6, onWork });
const cheaper = createPasswordHasher({ pepper: 'a pepper', cost: 5 });
const argon = (m: number, t: number) =>
  `$argon2id$v=19$m=${String(m)},t=${String(t)},p=1$c29tZXNhbHRzYWx0$${'A'.repeat(43)}`;

describe('what is computed for a refusal', () => {
  // Of an app whose users have hashes of all these kinds.
  const work = mostWork([`$2a$07$`, '$2y$04$', '$argon2id$v=19$m=64,t=3,p=1', argon(100, 1)].map(workOf));
  const wanted = { rounds: 2 ** 7, blocks: 192 };

  it.each<[string, () => Promise<string | null>]>([
    ['nobody', async () => null],
    ['a user with a hash of our own', () => hasher.hash('right')],
    ['one of lower cost', () => cheaper.hash('right')],
    ['bcrypt that costs less', () => bcrypt.hash('right', 4)],
    ['bcrypt that costs more', () => bcrypt.hash('right', 7)],
    ['argon2id that costs most', async () => argon(64, 3)],
    ['argon2id that costs less', async () => argon(100, 1)],
    ['a text that is no hash', async () => 'in clear'],
  ])('is the same for %s', async (_, make) => {
    const stored = await make();
    Object.assign(done, { rounds: 0, blocks: 0 });
    const right =
      stored === null
        ? await hasher.verifyDummy('wrong', { work })
        : await hasher.verify('wrong', stored, { work });
    expect([right, done]).toEqual([false, wanted]);
  });

  it('is the same for the right password where that is refused, too', async () => {
    const stored = await bcrypt.hash('right', 5);
    expect(await hasher.verify('right', stored, { work, evenIfRight: true })).toBe(true);
    expect(done).toEqual(wanted);
  });

  it('is not done for the right password where that is let in', async () => {
    expect(await hasher.verify('right', await bcrypt.hash('right', 5), { work })).toBe(true);
    expect(done).toEqual({ rounds: 2 ** 5, blocks: 0 });
  });

  it('is one hash of our own where there are no others', async () => {
    expect(await hasher.verifyDummy('wrong')).toBe(false);
    expect(done).toEqual({ rounds: 2 ** 6, blocks: 0 });
  });
});

describe('decoys', () => {
  it.each([
    [4, 12],
    [9, 10],
    [10, 10],
    [12, 10],
  ])('fill bcrypt of cost %i up to %i', (from, to) => {
    const one = workOf(`$2b$${String(from).padStart(2, '0')}`);
    const all = workOf(`$2b$${String(to)}`);
    const rounds = decoys(one, all).map((decoy) =>
      decoy.scheme === 'bcrypt' ? workOf(decoy.hash).rounds : NaN,
    );
    expect(one.rounds + rounds.reduce((sum, each) => sum + each, 0)).toBe(Math.max(one.rounds, all.rounds));
  });

  it('need no more memory than the hashes there are', () => {
    for (const decoy of decoys(workOf(argon(1000, 1)), workOf(argon(4096, 4))))
      expect(decoy.scheme === 'argon2id' && decoy.memory).toBeLessThanOrEqual(4096);
  });
});
