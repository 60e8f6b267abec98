import { setTimeout as sleep } from 'node:timers/promises';
import {
  connect,
  ErrorCode,
  Events,
  headers as createHeaders,
  type JetStreamManager,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  NatsError,
  nanos,
  RetentionPolicy,
  StorageType,
} from 'nats';
import { BusUnavailable } from './bus-unavailable.ts';
import type {
  Bus,
  BusHandler,
  BusMessage,
  BusOptions,
  BusStatus,
  BusSubscription,
  PublishOptions,
  StreamOptions,
} from './bus.ts';
import { NatsSubscription } from './nats-subscription.ts';
import { parseNatsUrl } from './nats-url.ts';

const reconnectMs = 250;
/** A server that froze is noticed after two unanswered pings. */
const pingMs = 2_000;
const dialTimeoutMs = 2_000;
/** NATS' own default, assumed until a server has told its limit. */
const assumedMaxPayload = 1_048_576;

const encoder = new TextEncoder();
const encode = (value: unknown): Uint8Array =>
  value instanceof Uint8Array ? value : encoder.encode(JSON.stringify(value));

/** Starts connecting and returns at once; NATS may be down now and later. */
export function createBus(options: BusOptions): Bus {
  return new NatsBus(options);
}

class NatsBus implements Bus {
  readonly #options: BusOptions;
  readonly #subscriptions = new Set<NatsSubscription>();
  readonly #listeners = new Set<(status: BusStatus) => void>();
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #connection: NatsConnection | null = null;
  #isConnected = false;

  constructor(options: BusOptions) {
    this.#options = options;
    this.#running = this.#stayConnected();
  }

  publish(subject: string, value: unknown, options: PublishOptions = {}): boolean {
    if (!this.#connection || !this.#isConnected) return false;
    try {
      this.#connection.publish(subject, encode(value), withHeaders(options));
      return true;
    } catch (error) {
      this.#report(error);
      return false;
    }
  }

  subscribe(
    subject: string,
    handler: BusHandler,
    options: { readonly queue?: string } = {},
  ): BusSubscription {
    const subscription = new NatsSubscription(subject, options.queue, (error, message) => {
      if (error) this.#report(error);
      else void this.#handle(handler, message);
    });
    this.#subscriptions.add(subscription);
    if (this.#connection) subscription.attach(this.#connection);
    return {
      ready: subscription.ready,
      close: async () => {
        this.#subscriptions.delete(subscription);
        await subscription.close();
      },
    };
  }

  async request(
    subject: string,
    value: unknown,
    options: PublishOptions & { readonly timeoutMs: number },
  ): Promise<unknown> {
    const connection = this.#require();
    try {
      const answer = await connection.request(subject, encode(value), {
        timeout: options.timeoutMs,
        ...withHeaders(options),
      });
      return answer.json();
    } catch (error) {
      throw unavailableBecause(error);
    }
  }

  connected(): boolean {
    return this.#isConnected;
  }

  onStatus(listener: (status: BusStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  maxPayload(): number {
    return this.#connection?.info?.max_payload ?? assumedMaxPayload;
  }

  async ensureStream(stream: StreamOptions): Promise<void> {
    const connection = this.#require();
    const limits = {
      subjects: [...stream.subjects],
      max_bytes: stream.maxBytes,
      max_age: nanos(stream.maxAgeSeconds * 1_000),
    };
    try {
      const manager: JetStreamManager = await connection.jetstreamManager({ timeout: dialTimeoutMs });
      const exists = await manager.streams.info(stream.name).then(
        () => true,
        (error: unknown) => {
          if (error instanceof NatsError && error.api_error?.code === 404) return false;
          throw error;
        },
      );
      if (exists) await manager.streams.update(stream.name, limits);
      else {
        await manager.streams.add({
          name: stream.name,
          storage: StorageType.File,
          retention: RetentionPolicy.Limits,
          ...limits,
        });
      }
    } catch (error) {
      throw unavailableBecause(error);
    }
  }

  async publishToStream(
    subject: string,
    value: unknown,
    options: PublishOptions & { readonly timeoutMs: number; readonly messageId?: string },
  ): Promise<{ readonly seq: number; readonly duplicate: boolean }> {
    const connection = this.#require();
    try {
      const ack = await connection.jetstream().publish(subject, encode(value), {
        timeout: options.timeoutMs,
        ...(options.messageId !== undefined && { msgID: options.messageId }),
        ...withHeaders(options),
      });
      return { seq: ack.seq, duplicate: ack.duplicate };
    } catch (error) {
      throw unavailableBecause(error);
    }
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return this.#running;
    this.#closing.abort();
    if (this.#connection && this.#isConnected) {
      // Draining waits for the server; a frozen one must not hold up our own end.
      await Promise.race([this.#connection.drain().catch(() => {}), sleep(1_000, undefined, { ref: false })]);
    }
    await this.#connection?.close();
    await this.#running;
    this.#tell('closed');
  }

  /** nats.js reconnects by itself, but gives up for good on some errors (a refused password twice): begin anew then. */
  async #stayConnected(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        const connection = await this.#dial();
        if (signal.aborted) {
          await connection.close();
          return;
        }
        this.#connection = connection;
        this.#setConnected(true);
        for (const subscription of this.#subscriptions) subscription.attach(connection);
        // Never ends: nats.js leaves this iterator open when the connection closes. It holds nothing.
        void this.#watch(connection);
        const end = await connection.closed();
        if (end) this.#report(end);
      } catch (error) {
        this.#report(error);
      }
      this.#connection = null;
      this.#setConnected(false);
      await sleep(reconnectMs, undefined, { signal }).catch(() => {});
    }
  }

  #dial(): Promise<NatsConnection> {
    return connect({
      ...parseNatsUrl(this.#options.url),
      name: this.#options.name,
      timeout: dialTimeoutMs,
      reconnect: true,
      maxReconnectAttempts: -1,
      reconnectTimeWait: reconnectMs,
      reconnectJitter: reconnectMs,
      pingInterval: pingMs,
      maxPingOut: 2,
      noAsyncTraces: true,
    });
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === Events.Disconnect) this.#setConnected(false);
      else if (status.type === Events.Reconnect) {
        this.#setConnected(true);
        for (const subscription of this.#subscriptions) subscription.confirm(connection);
      } else if (status.type === Events.Error)
        this.#report(new Error(`NATS reports: ${JSON.stringify(status.data)}`));
    }
  }

  #setConnected(now: boolean): void {
    if (this.#isConnected === now) return;
    this.#isConnected = now;
    this.#tell(now ? 'connected' : 'disconnected');
  }

  #tell(status: BusStatus): void {
    for (const listener of this.#listeners) listener(status);
  }

  #report(error: unknown): void {
    this.#options.onError?.(error);
  }

  #require(): NatsConnection {
    if (!this.#connection || !this.#isConnected) throw new BusUnavailable('disconnected');
    return this.#connection;
  }

  async #handle(handler: BusHandler, message: Msg): Promise<void> {
    try {
      await handler(readMessage(message));
    } catch (error) {
      this.#report(error);
    }
  }
}

function readMessage(message: Msg): BusMessage {
  return {
    subject: message.subject,
    data: message.data,
    traceparent: message.headers?.get('traceparent') || null,
    json: () => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(message.data)) as unknown,
    respond: (value) => message.respond(encode(value)),
  };
}

/** No headers at all where none are given: a message without them is smaller and cheaper. */
function withHeaders({ traceparent, headers = {} }: PublishOptions): { headers?: MsgHdrs } {
  const entries = Object.entries({ ...headers, ...(traceparent !== undefined && { traceparent }) });
  if (entries.length === 0) return {};
  const result = createHeaders();
  for (const [name, value] of entries) result.set(name, value);
  return { headers: result };
}

function unavailableBecause(error: unknown): BusUnavailable {
  const code = error instanceof NatsError ? error.code : '';
  if (code === String(ErrorCode.NoResponders)) return new BusUnavailable('no-responders', error);
  if (code === String(ErrorCode.Timeout)) return new BusUnavailable('timeout', error);
  return new BusUnavailable('error', error);
}
