import type { RowFilter } from '../live/row-filter.ts';

export type SinkKind = 'webhook' | 'file' | 'syslog';

/** Where a log is forwarded to, and how far it has come. */
export interface Sink {
  readonly id: string;
  readonly log: string;
  readonly name: string;
  readonly kind: SinkKind;
  readonly url: string | null;
  readonly filter: RowFilter;
  readonly enabled: boolean;
  /** Sealed, the newest first; those of yesterday are left out. */
  readonly secrets: readonly Uint8Array[];
  readonly position: bigint;
  /** The end of the message that failed last. */
  readonly pendingTo: bigint | null;
  readonly deliveredAt: Date | null;
  readonly failures: number;
  readonly failingSince: Date | null;
  readonly lastError: string | null;
  readonly nextAttemptAt: Date;
  readonly gaveUpAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
