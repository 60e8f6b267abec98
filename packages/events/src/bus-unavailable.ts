/** NATS is not connected, nobody answers there, or not in time. */
export class BusUnavailable extends Error {
  readonly reason: 'disconnected' | 'no-responders' | 'timeout' | 'error';

  constructor(reason: BusUnavailable['reason'], cause?: unknown) {
    super(`NATS: ${reason}`, { cause });
    this.name = 'BusUnavailable';
    this.reason = reason;
  }
}
