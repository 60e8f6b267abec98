import { type Bus, type BusMessage, type IngestAnswer, ingestSubject } from '@pcft/events';
import type { ChainStore } from './chain-store.ts';
import type { FanOut } from './fan-out.ts';
import { readIngestMessage } from './read-ingest-message.ts';

export type IngestMetric =
  | {
      readonly name: 'ingested';
      readonly rows: number;
      readonly repeated: number;
      readonly unreadable: number;
      readonly seconds: number;
    }
  | { readonly name: 'failed' }
  | { readonly name: 'turned-away' };

export interface IngestOptions {
  readonly bus: Bus;
  readonly store: ChainStore;
  readonly fanOut: FanOut;
  /** Where relays ask; tests beside a running suite use another. Default `audit.ingest`. */
  readonly subject?: string;
  readonly onMetric?: (metric: IngestMetric) => void;
  readonly onError?: (error: unknown) => void;
}

export interface Ingest {
  /** Resolves when relays can reach this process. */
  readonly ready: Promise<void>;
  /** Takes no new batches, and resolves when those under way are answered. */
  stop(): Promise<void>;
}

/** A relay repeats a batch that was not answered in time. Behind a slow database these must not pile up. */
const maxUnderWay = 16;

/**
 * Takes batches from the relays; any number of audit processes share them. The answer is sent after the commit and is
 * the only acknowledgement of an event. After a failure there is no answer: the relay keeps the rows and repeats.
 */
export function startIngest(options: IngestOptions): Ingest {
  const { bus, store, fanOut, subject = ingestSubject, onMetric, onError } = options;
  const underWay = new Set<Promise<void>>();

  const ingest = async (message: BusMessage): Promise<void> => {
    const from = performance.now();
    const { entries, rows } = readIngestMessage(message.data);
    const chained = await store.append(entries);
    message.respond({ accepted: rows } satisfies IngestAnswer);
    fanOut.publish(chained);
    onMetric?.({
      name: 'ingested',
      rows: chained.length,
      repeated: entries.length - chained.length,
      unreadable: chained.filter(({ event }) => event === null).length,
      seconds: (performance.now() - from) / 1_000,
    });
  };

  const subscription = bus.subscribe(
    subject,
    (message) => {
      if (underWay.size >= maxUnderWay) {
        onMetric?.({ name: 'turned-away' });
        return;
      }
      const work = ingest(message)
        .catch((error: unknown) => {
          onMetric?.({ name: 'failed' });
          onError?.(error);
        })
        .finally(() => underWay.delete(work));
      underWay.add(work);
    },
    { queue: 'audit' },
  );

  return {
    ready: subscription.ready,
    stop: async () => {
      await subscription.close();
      await Promise.all(underWay);
    },
  };
}
