import type { AuditEvent } from '@pcft/events';

/** A row of the log, as it is read. */
export interface AuditRow {
  readonly id: string;
  readonly log: string;
  readonly seq: bigint;
  readonly hash: Uint8Array;
  readonly source: string;
  /** When it happened; of an unreadable event, when it came in. */
  readonly occurredAt: Date;
  /** Read from the chained bytes themselves, not from the columns they are found by. `null`: unreadable. */
  readonly event: AuditEvent | null;
}

/** Where a row stands among all rows that somebody lists: newest first, then by log, then by place in the chain. */
export type Position = Pick<AuditRow, 'occurredAt' | 'log' | 'seq'>;

/** All that are given have to hold. */
export interface AuditFilter {
  /** The event's name or the policy action: one, or a pattern as in policies (`heimdall.*`, `*.read`). */
  readonly action?: string;
  readonly actorId?: string;
  readonly patId?: string;
  readonly targetId?: string;
  readonly appId?: string;
  /** A URN with all below it, or a pattern as in policies. */
  readonly resource?: string;
  readonly requestId?: string;
  readonly service?: string;
  readonly outcome?: AuditEvent['outcome'];
  readonly access?: NonNullable<AuditEvent['access']>;
  /** An address or a range in CIDR form. */
  readonly ip?: string;
  /** Every one is a word of metadata or changes, or the beginning of one. As `wordsOf` gives them. */
  readonly words?: readonly string[];
  /** Inclusive. */
  readonly from?: Date;
  /** Exclusive. */
  readonly to?: Date;
}
