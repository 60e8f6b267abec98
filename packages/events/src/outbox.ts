import type { AuditEvent } from './event.ts';

/** What the outbox needs of an interactive Prisma transaction. */
export interface TransactionClient {
  $executeRawUnsafe(query: string, ...values: unknown[]): Promise<number>;
}

export interface OutboxStats {
  /** Events not yet acknowledged by audit: exact up to some thousands, an estimate beyond. */
  readonly pending: number;
  /** Their size in bytes, by the same rule. */
  readonly bytes: number;
}

/** A service's queue of audit events, in the service's own database. */
export interface Outbox {
  /** The event of a change: committed with it, or not at all. Throws `InvalidEvent` or `OutboxUnavailable`. */
  appendInTransaction(transaction: TransactionClient, event: AuditEvent): Promise<void>;
  /** The event of a read or a denial: resolves once committed. Throws `InvalidEvent` or `OutboxUnavailable`. */
  append(event: AuditEvent): Promise<void>;
  stats(): Promise<OutboxStats>;
  /** Called after events were appended: the relay's wake-up call. Returns the way to stop listening. */
  onAppended(listener: () => void): () => void;
  /** Waits for what is under way (bounded by the timeout), then closes the connections. */
  close(): Promise<void>;
}

export type OutboxMetric =
  | { readonly name: 'appended'; readonly events: number; readonly seconds: number }
  | { readonly name: 'refused'; readonly reason: 'full' | 'timeout' | 'overload' | 'error' }
  | { readonly name: 'retried'; readonly mode: 'group' | 'rows' }
  | { readonly name: 'size'; readonly pending: number; readonly bytes: number };

export interface OutboxOptions {
  readonly databaseUrl: string;
  /** The service's name, as in `AuditEvent.service`. */
  readonly service: string;
  /** Monotonic milliseconds. */
  readonly clock?: () => number;
  /** Above this many bytes waiting, events (and so calls) are refused. Default 2 GB. */
  readonly maxBytes?: number;
  /** How long a group gathers before it is committed. Default 1. */
  readonly groupDelayMs?: number;
  /** Within this an append is committed or refused. Default 1500. */
  readonly timeoutMs?: number;
  readonly onMetric?: (metric: OutboxMetric) => void;
  /** Failures that were answered with `OutboxUnavailable` or overcome by a retry; for the log. */
  readonly onError?: (error: unknown) => void;
}

/** Opens the outbox of a service. Connects on first use. */
export function createOutbox(options: OutboxOptions): Outbox {
  throw new Error(`not written yet: ${options.service}`);
}
