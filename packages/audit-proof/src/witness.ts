import {
  firstPrevious,
  statementHash,
  verifyCheckpoint,
  type CheckpointKeys,
  type FullCheckpoint,
} from './checkpoint.ts';
import { merkleRoot } from './merkle-tree.ts';
import { spanLeaf, type Span } from './span.ts';

/** What checkpoints kept outside the database say of one log. */
export interface Witness {
  /** In order. */
  readonly spans: readonly Span[];
  readonly checkpoints: number;
}

export interface WitnessFault {
  /** The checkpoint that is wrong, by its place in what was read (from 1). */
  readonly place: number;
  readonly problem: 'signature' | 'link' | 'root';
}

/**
 * Reads checkpoints as they were kept outside: each signed, each naming the one before it, each with the spans that
 * its root stands for. What begins later than the first checkpoint ever made begins with trust in its own signature.
 */
export async function readWitness(
  checkpoints: Iterable<FullCheckpoint> | AsyncIterable<FullCheckpoint>,
  log: string,
  keys: CheckpointKeys,
): Promise<Witness | WitnessFault> {
  const spans: Span[] = [];
  let count = 0;
  let before: { readonly number: number; readonly hash: string } | null = null;
  for await (const { checkpoint, spans: given } of checkpoints) {
    const place = ++count;
    const statement = verifyCheckpoint(checkpoint, keys);
    if (!statement) return { place, problem: 'signature' };
    const follows = before
      ? statement.number === before.number + 1 && statement.previous === before.hash
      : statement.number !== 1 || statement.previous === firstPrevious;
    if (!follows) return { place, problem: 'link' };
    const root = merkleRoot(given.map(spanLeaf)).toString('hex');
    if (given.length !== statement.spans || root !== statement.root) return { place, problem: 'root' };
    spans.push(...given.filter((span) => span.log === log));
    before = { number: statement.number, hash: statementHash(checkpoint) };
  }
  return { spans, checkpoints: count };
}
