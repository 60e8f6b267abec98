import { hash } from 'node:crypto';

/**
 * The tree of RFC 6962 section 2.1 over leaves that are hashed already: a leaf is SHA-256(0x00 ‖ value), an inner node
 * SHA-256(0x01 ‖ left ‖ right), and a tree of n leaves splits at the largest power of two below n. The first byte
 * keeps a leaf from passing for a node.
 */
export function merkleLeaf(value: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([leafPrefix, value]), 'buffer');
}

const leafPrefix = Buffer.from([0]);
const nodePrefix = Buffer.from([1]);

function node(left: Uint8Array, right: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([nodePrefix, left, right]), 'buffer');
}

/** A root over leaves as they come, in memory that grows with the logarithm of their number. */
export class MerkleRoot {
  /** Roots of full subtrees, the largest first. */
  #subtrees: { readonly leaves: number; readonly root: Buffer }[] = [];
  size = 0;

  /** @param leaf of `merkleLeaf` */
  add(leaf: Buffer): void {
    let grown = { leaves: 1, root: leaf };
    for (let last = this.#subtrees.at(-1); last?.leaves === grown.leaves; last = this.#subtrees.at(-1)) {
      this.#subtrees.pop();
      grown = { leaves: grown.leaves * 2, root: node(last.root, grown.root) };
    }
    this.#subtrees.push(grown);
    this.size++;
  }

  /** The root of what was added so far; of no leaves it is SHA-256 of nothing. */
  root(): Buffer {
    const [last, ...larger] = this.#subtrees.toReversed();
    if (!last) return hash('sha256', '', 'buffer');
    return larger.reduce((right, { root }) => node(root, right), last.root);
  }

  reset(): void {
    this.#subtrees = [];
    this.size = 0;
  }
}

export function merkleRoot(leaves: readonly Buffer[]): Buffer {
  const tree = new MerkleRoot();
  for (const leaf of leaves) tree.add(leaf);
  return tree.root();
}

/**
 * For every leaf the hashes beside its way to the root, from the leaf up (RFC 6962 section 2.1.1). All at once, since
 * one at a time would compute the tree anew for each.
 */
export function merklePaths(leaves: readonly Buffer[]): Buffer[][] {
  const paths = leaves.map((): Buffer[] => []);
  const build = (from: number, to: number): Buffer => {
    if (to - from === 1) return leaves[from] as Buffer;
    const middle = from + splitOf(to - from);
    const [left, right] = [build(from, middle), build(middle, to)];
    for (let n = from; n < to; n++) paths[n]?.push(n < middle ? right : left);
    return node(left, right);
  };
  if (leaves.length > 0) build(0, leaves.length);
  return paths;
}

/** The same for one leaf. */
export function merklePath(leaves: readonly Buffer[], index: number): Buffer[] {
  return merklePaths(leaves)[index] ?? [];
}

/** The root that a leaf and its path lead to, or `null` where the path has not the length such a tree asks for. */
export function rootOfPath(
  leaf: Buffer,
  { index, size, path }: { readonly index: number; readonly size: number; readonly path: readonly Buffer[] },
): Buffer | null {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return null;
  const sides: ('left' | 'right')[] = [];
  for (let at = index, leaves = size; leaves > 1;) {
    const split = splitOf(leaves);
    const isLeft = at < split;
    sides.unshift(isLeft ? 'right' : 'left');
    if (!isLeft) at -= split;
    leaves = isLeft ? split : leaves - split;
  }
  if (sides.length !== path.length) return null;
  return path.reduce(
    (root, beside, n) => (sides[n] === 'left' ? node(beside, root) : node(root, beside)),
    leaf,
  );
}

/** The largest power of two below `leaves`, which is more than one. */
function splitOf(leaves: number): number {
  let split = 1;
  while (split * 2 < leaves) split *= 2;
  return split;
}
