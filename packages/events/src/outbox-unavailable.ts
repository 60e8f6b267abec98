import { Fault } from '@pcft/errors';

/** The event could not be queued within the time allowed, or the queue is full: 503, and the call had no effect. */
export class OutboxUnavailable extends Fault {
  readonly reason: 'full' | 'timeout' | 'overload' | 'error';

  constructor(reason: OutboxUnavailable['reason'], cause?: unknown) {
    super('unavailable', { cause, headers: { 'Retry-After': reason === 'full' ? '10' : '1' } });
    this.name = 'OutboxUnavailable';
    this.reason = reason;
  }
}
