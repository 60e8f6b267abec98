import { merkleLeaf, MerkleRoot, type Span } from '@pcft/audit-proof';

/** The end of a chain, and how far checkpoints vouch for it. */
export interface MovedHead {
  readonly log: string;
  readonly sealedTo: bigint;
  readonly seq: bigint;
  readonly hash: Uint8Array;
}

export interface RowHash {
  readonly log: string;
  readonly seq: bigint;
  readonly segment: number;
  readonly hash: Uint8Array;
}

/** Rows of a chain are missing, or its head is not its last row: nothing that shows this may be signed. */
export class BrokenChain extends Error {
  override readonly name = 'BrokenChain';
  readonly log: string;
  readonly seq: bigint;

  constructor(log: string, seq: bigint) {
    super(`chain ${log} is broken at ${seq}: it is not sealed until somebody has looked`);
    this.log = log;
    this.seq = seq;
  }
}

/**
 * Spans over all that was appended, no longer than `mostRows` each so that the proof of one row stays small to make.
 * One ends with the last row of every segment: where the segment is retired, it vouches for what came before the rest.
 * Chains that are broken are left out, and named; the others must not wait for them.
 *
 * @param rows in order of log and seq, everything above each head's `sealedTo` up to its `seq`
 */
export async function collectSpans(
  heads: readonly MovedHead[],
  rows: AsyncIterable<RowHash>,
  mostRows: number,
): Promise<{ readonly spans: Span[]; readonly broken: BrokenChain[] }> {
  const spans: Span[] = [];
  const broken: BrokenChain[] = [];
  const byLog = new Map(heads.map((head) => [head.log, { head, chain: new GrowingChain(head, mostRows) }]));
  for await (const row of rows) byLog.get(row.log)?.chain.add(row);
  for (const { head, chain } of byLog.values()) {
    const badSeq = chain.badSeq();
    if (badSeq === null) spans.push(...chain.spans);
    else broken.push(new BrokenChain(head.log, badSeq));
  }
  return { spans, broken };
}

class GrowingChain {
  readonly spans: Span[] = [];
  readonly #head: MovedHead;
  readonly #mostRows: number;
  readonly #tree = new MerkleRoot();
  #next: bigint;
  #from: bigint;
  #last: Uint8Array | null = null;
  #segment: number | null = null;
  #bad: bigint | null = null;

  constructor(head: MovedHead, mostRows: number) {
    this.#head = head;
    this.#mostRows = mostRows;
    this.#next = this.#from = head.sealedTo + 1n;
  }

  add({ seq, segment, hash }: RowHash): void {
    if (seq !== this.#next) this.#bad ??= this.#next;
    if (this.#segment !== segment && this.#last && this.#tree.size > 0)
      this.#close(this.#next - 1n, this.#last);
    this.#segment = segment;
    this.#tree.add(merkleLeaf(hash));
    this.#last = hash;
    this.#next = seq + 1n;
    if (this.#tree.size >= this.#mostRows || seq === this.#head.seq) this.#close(seq, hash);
  }

  /** The first sequence number that is not as it has to be. */
  badSeq(): bigint | null {
    if (this.#bad !== null) return this.#bad;
    if (this.#next !== this.#head.seq + 1n) return this.#next;
    return Buffer.from(this.#last ?? []).equals(this.#head.hash) ? null : this.#head.seq;
  }

  #close(seq: bigint, hash: Uint8Array): void {
    this.spans.push({
      log: this.#head.log,
      from_seq: Number(this.#from),
      to_seq: Number(seq),
      hash: Buffer.from(hash).toString('hex'),
      rows_root: this.#tree.root().toString('hex'),
    });
    this.#tree.reset();
    this.#from = seq + 1n;
  }
}
