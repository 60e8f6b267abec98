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

/** All that are given have to hold. */
export interface AuditFilter {
  /** The event's name or the policy action. */
  readonly action?: string;
  readonly actorId?: string;
  readonly patId?: string;
  readonly targetId?: string;
  readonly appId?: string;
  /** A URN, exactly. */
  readonly resource?: string;
  readonly requestId?: string;
  readonly service?: string;
  readonly outcome?: AuditEvent['outcome'];
  /** Inclusive. */
  readonly from?: Date;
  /** Exclusive. */
  readonly to?: Date;
}
