import type { Checkpoint, FullCheckpoint, ProvenSpan, Span, Statement } from '@pcft/audit-proof';

/** What a statement says beside its spans. */
export type About = Pick<Statement, 'number' | 'made_at' | 'previous'>;

export interface MadeCheckpoint extends FullCheckpoint {
  readonly number: number;
}

export interface CheckpointStore {
  /**
   * Runs the work if no other process of the suite is at it; `null` when one is. Checkpoints are made one at a time.
   */
  alone<T>(work: () => Promise<T>): Promise<T | null>;
  /** Seals what was appended since the last checkpoint, in one transaction; `null` when nothing was. */
  make(sign: (about: About, spans: readonly Span[]) => Checkpoint): Promise<MadeCheckpoint | null>;
  /** Those above a number, in order, one page. */
  after(number: number, limit: number): Promise<readonly MadeCheckpoint[]>;
  /** The newest number, 0 when there is none. */
  latest(): Promise<number>;
  /** Spans of these logs, the newest first, each with its proof. */
  spans(
    logs: readonly string[],
    window: { readonly limit: number; readonly offset: number },
  ): Promise<{ readonly items: readonly ProvenSpan[]; readonly total: number }>;
  /** Spans of a log that end at a row or behind it, in order, with their proofs. The first holds the row. */
  spansFrom(log: string, seq: bigint, limit: number): Promise<readonly ProvenSpan[]>;
  /** Public keys of every checkpoint there is. */
  keys(): Promise<readonly { readonly kid: string; readonly x: string }[]>;
}
