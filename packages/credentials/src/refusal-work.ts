import bcrypt from 'bcrypt';
import type { ForeignHash } from './foreign-hash.ts';

/** What it costs to compare a password with a hash, or with several. */
export interface RefusalWork {
  /** Of bcrypt: 2 to the power of its cost. */
  readonly rounds: number;
  /** Of argon2id: KiB times passes. */
  readonly blocks: number;
  /** KiB at a time of argon2id. */
  readonly memory: number;
}

const nothing: RefusalWork = { rounds: 0, blocks: 0, memory: 0 };
const parameters = /^(?:v1)?\$2[aby]\$(\d\d)|^\$argon2id\$v=19\$m=(\d+),t=(\d+)/;
/** Less memory is no argon2. */
const leastMemory = 8;
/** bcrypt's lowest cost. */
const leastCost = 4;

/** The work of one hash, of which the beginning is enough: scheme and parameters. */
export function workOf(stored: string): RefusalWork {
  const [, cost, memory, passes] = parameters.exec(stored) ?? [];
  if (cost !== undefined) return { ...nothing, rounds: 2 ** Number(cost) };
  if (memory === undefined) return nothing;
  return { rounds: 0, blocks: Number(memory) * Number(passes), memory: Number(memory) };
}

/** The most of each kind: what a refusal has to cost for none of these hashes to be told from another. */
export function mostWork(works: readonly RefusalWork[]): RefusalWork {
  const most = (of: (work: RefusalWork) => number) => Math.max(0, ...works.map(of));
  return {
    rounds: most(({ rounds }) => rounds),
    blocks: most(({ blocks }) => blocks),
    memory: most(({ memory }) => memory),
  };
}

/**
 * Hashes that no password matches, whose work is what is `wanted` beyond what is `done`, exactly: bcrypt's rounds are powers of
 * two and so a sum of them fills any gap between two.
 */
export function decoys(done: RefusalWork, wanted: RefusalWork): ForeignHash[] {
  const all: ForeignHash[] = [];
  const rounds = Math.max(0, wanted.rounds - done.rounds);
  for (let cost = leastCost; 2 ** cost <= rounds; cost++)
    if (Math.floor(rounds / 2 ** cost) % 2 === 1) all.push(bcryptDecoy(cost));
  const blocks = Math.max(0, wanted.blocks - done.blocks);
  const memory = Math.min(blocks, wanted.memory);
  const passes = memory === 0 ? 0 : Math.floor(blocks / memory);
  const rest = blocks - memory * passes;
  if (memory >= leastMemory) all.push(argonDecoy(memory, passes));
  if (rest >= leastMemory) all.push(argonDecoy(rest, 1));
  return all;
}

const salts = new Map<number, string>();

/** A salt of this cost with an impossible result: comparing computes a whole hash and never matches. */
function bcryptDecoy(cost: number): ForeignHash {
  const salt = salts.get(cost) ?? bcrypt.genSaltSync(cost);
  salts.set(cost, salt);
  return { scheme: 'bcrypt', hash: salt + '.'.repeat(31) };
}

function argonDecoy(memory: number, passes: number): ForeignHash {
  return {
    scheme: 'argon2id',
    memory,
    passes,
    parallelism: 1,
    nonce: Buffer.alloc(16),
    tag: Buffer.alloc(32),
  };
}
