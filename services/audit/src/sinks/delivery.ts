import type { AuditRow } from '../audit-log/audit-row.ts';
import type { SinkKind } from './sink.ts';

/** What a sink did not take. The message is shown to the owner of the sink. */
export class DeliveryFailed extends Error {
  override readonly name = 'DeliveryFailed';
  /** Nothing will ever be taken there again (410). */
  readonly forGood: boolean;
  readonly retryAfterSeconds: number | null;

  /** @param about `cause`: what went wrong on this side, for the log */
  constructor(
    message: string,
    about: {
      readonly forGood?: boolean;
      readonly retryAfterSeconds?: number | null;
      readonly cause?: unknown;
    } = {},
  ) {
    const { forGood = false, retryAfterSeconds = null } = about;
    super(message, 'cause' in about ? { cause: about.cause } : {});
    this.forGood = forGood;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export interface Destination {
  readonly id: string;
  readonly log: string;
  readonly kind: SinkKind;
  readonly url: string | null;
  readonly secrets: readonly Uint8Array[];
}

export interface SinkMessage {
  /** Of what this is; the same at every try of the same. */
  readonly id: string;
  readonly type: 'audit.rows' | 'audit.test';
  readonly at: Date;
  readonly rows: readonly AuditRow[];
}
