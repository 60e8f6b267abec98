import type { Bus } from '@pcft/events';
import type { ChainedEntry } from './chain-store.ts';

/** JetStream's copy of the newest rows, for webhooks, live tails and counters. The database is the truth. */
export const auditStream = {
  name: 'AUDIT',
  subjects: ['audit.log.>'],
  maxBytes: 512 * 1024 * 1024,
  maxAgeSeconds: 24 * 3_600,
} as const;

export interface FanOut {
  /** Sends committed rows on. Never waits, may lose some: who missed rows reads them from the database by (log, seq). */
  publish(rows: readonly ChainedEntry[]): void;
  close(): void;
}

const ensureRetryMs = 5_000;

export interface FanOutOptions {
  readonly bus: Bus;
  readonly onDropped?: (rows: number) => void;
  readonly onError?: (error: unknown) => void;
}

export function createFanOut({ bus, onDropped, onError }: FanOutOptions): FanOut {
  let retry: NodeJS.Timeout | undefined;
  let closed = false;
  const ensure = (): void => {
    clearTimeout(retry);
    if (closed || !bus.connected()) return;
    bus.ensureStream(auditStream).catch((error: unknown) => {
      onError?.(error);
      if (!closed) retry = setTimeout(ensure, ensureRetryMs).unref();
    });
  };
  // With every connection: the server may have come back without its store.
  const unlisten = bus.onStatus((status) => {
    if (status === 'connected') ensure();
  });
  ensure();
  return {
    publish: (rows) => {
      const dropped = rows.filter((row) => !publishRow(bus, row)).length;
      if (dropped > 0) onDropped?.(dropped);
    },
    close: () => {
      closed = true;
      clearTimeout(retry);
      unlisten();
    },
  };
}

const noEvent = Buffer.from('null');

/**
 * JetStream drops what carries a message id it knows, so a row published twice is kept once. The body of a readable row is
 * an event as JSON already: it goes in as it is.
 */
function publishRow(bus: Bus, { id, log, seq, source, hash, event, body }: ChainedEntry): boolean {
  const about = JSON.stringify({
    id,
    log,
    seq: Number(seq),
    source,
    hash: Buffer.from(hash).toString('hex'),
  });
  const front = `${about.slice(0, -1)},"event":`;
  const bytes = event ? body : noEvent;
  // One piece of memory for the whole of it: there are ten thousand a second.
  const length = Buffer.byteLength(front);
  const message = Buffer.allocUnsafe(length + bytes.byteLength + 1);
  message.write(front);
  message.set(bytes, length);
  message[message.length - 1] = 0x7d; // }
  return bus.publish(`audit.log.${log}`, message, { headers: { 'Nats-Msg-Id': id } });
}
