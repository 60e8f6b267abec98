import { exportRow, type ExportLine } from '@pcft/audit-proof';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import type { ChainRows } from '../checkpoints/chain-rows.ts';

export interface ExportDeps {
  readonly rows: ChainRows;
  readonly checkpoints: Pick<CheckpointStore, 'spansFrom'>;
}

export interface ExportRange {
  /** First row; 1 is the log's first. */
  readonly from: bigint;
  /** Last row; cut to what the log has. */
  readonly to: bigint;
  /** Rows up to here were retired; 0 while all are kept. `from` is above it. */
  readonly retiredTo?: bigint;
}

const rowsAtOnce = 1_000;
const spansAtOnce = 200;

/**
 * The chain from row to row with what signed checkpoints say of it, line by line, in the form that
 * `pcft audit verify` reads. Each span stands behind the last of its rows; one that ends where the export begins
 * stands first, for what came before.
 */
export async function* exportLog(
  { rows, checkpoints }: ExportDeps,
  log: string,
  { from, to, retiredTo = 0n }: ExportRange,
): AsyncGenerator<ExportLine> {
  yield {
    type: 'export',
    form: 'pcft-audit-export-v1',
    log,
    from_seq: Number(from),
    to_seq: Number(to),
    made_at: new Date().toISOString(),
    ...(retiredTo > 0n && { retired_to_seq: Number(retiredTo) }),
  };
  const spans = new SpanQueue(checkpoints, log, from > 1n ? from - 1n : 1n);
  if (from > 1n) yield* spans.endingAt(from - 1n);
  let count = 0;
  for (let next = from; next <= to;) {
    const page = await rows.page(log, next, to, rowsAtOnce);
    for (const row of page) {
      yield exportRow(row);
      count++;
      yield* spans.endingAt(row.seq);
    }
    const last = page.at(-1);
    // A row that is not there any more: the verifier says so, not the exporter.
    if (!last) break;
    next = last.seq + 1n;
  }
  yield { type: 'end', rows: count };
}

/** Spans in order of their ends, read a page at a time. */
class SpanQueue {
  readonly #checkpoints: ExportDeps['checkpoints'];
  readonly #log: string;
  #queue: ExportLine[] = [];
  #ends: bigint[] = [];
  #next: bigint;
  #exhausted = false;

  constructor(checkpoints: ExportDeps['checkpoints'], log: string, from: bigint) {
    this.#checkpoints = checkpoints;
    this.#log = log;
    this.#next = from;
  }

  async *endingAt(seq: bigint): AsyncGenerator<ExportLine> {
    if (this.#ends.length === 0 && !this.#exhausted) await this.#fill();
    while (this.#ends[0] !== undefined && this.#ends[0] <= seq) {
      const end = this.#ends.shift();
      const line = this.#queue.shift();
      if (end === seq && line) yield line;
    }
  }

  async #fill(): Promise<void> {
    const page = await this.#checkpoints.spansFrom(this.#log, this.#next, spansAtOnce);
    this.#exhausted = page.length < spansAtOnce;
    this.#queue = page.map((span) => ({ type: 'span', ...span }));
    this.#ends = page.map((span) => BigInt(span.to_seq));
    this.#next = (this.#ends.at(-1) ?? this.#next) + 1n;
  }
}
