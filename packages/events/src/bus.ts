export interface BusMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  /** W3C trace context of the sender. */
  readonly traceparent: string | null;
  /** The payload as JSON; throws `SyntaxError` on anything else. */
  json(): unknown;
  /** Answers a request. False when nobody asked or the connection is gone. */
  respond(value: unknown): boolean;
}

export type BusHandler = (message: BusMessage) => void | Promise<void>;

export interface BusSubscription {
  /** Resolves when the server knows of the subscription: messages published after that arrive. */
  readonly ready: Promise<void>;
  /** Handles what has arrived, then ends. */
  close(): Promise<void>;
}

export interface PublishOptions {
  readonly traceparent?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StreamOptions {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly maxBytes: number;
  readonly maxAgeSeconds: number;
}

export type BusStatus = 'connected' | 'disconnected' | 'closed';

/**
 * NATS, as the suite uses it: nothing waits in a buffer while the connection is down.
 * A value is sent as JSON; a `Uint8Array` as it is.
 */
export interface Bus {
  /** Sends and forgets. False when not connected: the message is dropped, never kept for later. */
  publish(subject: string, value: unknown, options?: PublishOptions): boolean;
  /** Lasts over reconnects, and may be made before the first connection. */
  subscribe(subject: string, handler: BusHandler, options?: { readonly queue?: string }): BusSubscription;
  /** One answer, as JSON. Throws `BusUnavailable` when not connected, without responders or without answer. */
  request(
    subject: string,
    value: unknown,
    options: PublishOptions & { readonly timeoutMs: number },
  ): Promise<unknown>;
  connected(): boolean;
  onStatus(listener: (status: BusStatus) => void): () => void;
  /** The largest payload the server takes in bytes; a careful guess while not connected. */
  maxPayload(): number;
  /** Creates the JetStream stream, or brings its limits in line. Throws `BusUnavailable`. */
  ensureStream(stream: StreamOptions): Promise<void>;
  /** Publishes to a JetStream stream and waits for its ack. Throws `BusUnavailable`. */
  publishToStream(
    subject: string,
    value: unknown,
    options: PublishOptions & { readonly timeoutMs: number; readonly messageId?: string },
  ): Promise<{ readonly seq: number; readonly duplicate: boolean }>;
  close(): Promise<void>;
}

export interface BusOptions {
  /** `nats://user:password@host:port`, or several, comma-separated. */
  readonly url: string;
  /** Shown by the server's monitoring, e.g. `audit-1`. */
  readonly name: string;
  /** What a handler threw or a connection attempt failed with; for the log. */
  readonly onError?: (error: unknown) => void;
}
