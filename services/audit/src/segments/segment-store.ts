/** Months of the log: made ahead of time, retired from the front. What the service may do of it is a few functions. */
export interface SegmentStore {
  /** Makes sure that this month and the next two have their partitions; how many were made. */
  ensure(): Promise<number>;
  /** Logs with rows in segments before this one, in order, above a name; one page. */
  withRowsBefore(segment: number, above: string, limit: number): Promise<readonly string[]>;
  /**
   * Retires what a log has in segments before this one; from then on nobody is shown it.
   *
   * @returns how many segments had rows
   * @throws where the database refuses: not closed for 30 days, not vouched for by a checkpoint, not whole
   */
  retire(log: string, before: number): Promise<number>;
  /** Removes so many retired rows at most. `null`: there are none. */
  removeRetired(most: number): Promise<number | null>;
  /** Drops partitions of past months that hold nothing any more; how many. */
  dropEmpty(): Promise<number>;
}
