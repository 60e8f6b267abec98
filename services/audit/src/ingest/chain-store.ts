import type { ChainEntry } from './chain-entry.ts';

/** An entry with its place in its chain. */
export interface ChainedEntry extends ChainEntry {
  readonly seq: bigint;
  readonly hash: Uint8Array;
  /** The month in which it got its place, 202611. */
  readonly segment: number;
}

export interface ChainStore {
  /**
   * Appends what is not in the log yet, in the given order, and commits. Any number of processes may append at once.
   * When it throws, the outcome is unknown and the same entries are to be appended again.
   * @returns the rows that are new
   */
  append(entries: readonly ChainEntry[]): Promise<ChainedEntry[]>;
  close(): Promise<void>;
}
