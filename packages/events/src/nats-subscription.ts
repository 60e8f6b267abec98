import { setTimeout as sleep } from 'node:timers/promises';
import type { Msg, NatsConnection, NatsError, Subscription } from 'nats';

/** A subscription that outlives its connection: attached anew to each one that comes. */
export class NatsSubscription {
  readonly ready: Promise<void>;
  readonly #subject: string;
  readonly #queue: string | undefined;
  readonly #deliver: (error: NatsError | null, message: Msg) => void;
  #settleReady!: () => void;
  #current: Subscription | null = null;
  #closed = false;

  constructor(
    subject: string,
    queue: string | undefined,
    deliver: (error: NatsError | null, message: Msg) => void,
  ) {
    this.#subject = subject;
    this.#queue = queue;
    this.#deliver = deliver;
    this.ready = new Promise((resolve) => (this.#settleReady = resolve));
  }

  attach(connection: NatsConnection): void {
    if (this.#closed) return;
    this.#current = connection.subscribe(this.#subject, {
      ...(this.#queue !== undefined && { queue: this.#queue }),
      callback: this.#deliver,
    });
    this.confirm(connection);
  }

  /** The server answers in order: when it has answered this ping, it knows of the subscription. */
  confirm(connection: NatsConnection): void {
    connection.flush().then(this.#settleReady, () => {});
  }

  async close(): Promise<void> {
    this.#closed = true;
    // A connection that is gone has taken the subscription with it; a server that hangs is not waited for.
    const drained = this.#current?.drain().catch(() => {});
    await Promise.race([drained, sleep(1_000, undefined, { ref: false })]);
  }
}
