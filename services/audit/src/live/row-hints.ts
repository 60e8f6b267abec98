import type { Bus, BusSubscription } from '@pcft/events';

/** Tells that a log has grown, as far as the fan-out tells. Some of it may be lost: who waits also looks now and then. */
export interface RowHints {
  /** @returns ends the watch */
  watch(log: string, onGrown: () => void): () => void;
}

interface Watched {
  readonly subscription: BusSubscription;
  readonly listeners: Set<() => void>;
}

/** One subscription a log, however many watch it. */
export function createNatsRowHints(bus: Bus): RowHints {
  const logs = new Map<string, Watched>();
  return {
    watch(log, onGrown) {
      const watched = logs.get(log) ?? open(bus, log);
      logs.set(log, watched);
      watched.listeners.add(onGrown);
      return () => {
        if (!watched.listeners.delete(onGrown) || watched.listeners.size > 0) return;
        logs.delete(log);
        void watched.subscription.close();
      };
    },
  };
}

function open(bus: Bus, log: string): Watched {
  const listeners = new Set<() => void>();
  const subscription = bus.subscribe(`audit.log.${log}`, () => {
    for (const listener of listeners) listener();
  });
  return { subscription, listeners };
}
