import type { Bus } from './bus.ts';
import type { Outbox } from './outbox.ts';

export type RelayMetric =
  | { readonly name: 'relayed'; readonly events: number; readonly bytes: number; readonly seconds: number }
  | { readonly name: 'failed'; readonly step: 'database' | 'audit' }
  | { readonly name: 'leading'; readonly leading: boolean };

export interface RelayOptions {
  readonly databaseUrl: string;
  readonly bus: Bus;
  /** Named to audit as the source of the events. */
  readonly service: string;
  /** The outbox of the same process, whose appends wake the relay. */
  readonly outbox?: Outbox;
  /** How often an idle relay looks by itself. Default 200. */
  readonly pollMs?: number;
  /** How long audit may take to answer a batch. Default 3000. */
  readonly requestTimeoutMs?: number;
  /** Bytes of one request at most, also bounded by what the NATS server takes. Default 4 MB. */
  readonly maxBatchBytes?: number;
  readonly onMetric?: (metric: RelayMetric) => void;
  readonly onError?: (error: unknown) => void;
}

/** Carries a service's outbox to audit. Runs in every process; one per database works, the others stand by. */
export interface Relay {
  start(): void;
  /** Ends after the batch under way; what is left in the outbox stays for the next relay. */
  stop(): Promise<void>;
}

export function createRelay(options: RelayOptions): Relay {
  throw new Error(`not written yet: ${options.service}`);
}
