import {
  AnswerCache,
  createNatsInvalidationBus,
  heimdallInvalidations,
  IntrospectionUnavailable,
  LeaseHolder,
  Resolver,
  systemClock,
  type Answer,
  type LeaseAuthority,
} from '@pcft/auth';
import type { Bus } from '@pcft/events';
import { unavailable } from '@pcft/errors';

/** What a loader read, in one statement with the position of the log. `null` is never kept. */
export type Load<Value> = () => Promise<Answer<Value> | null>;

/**
 * Answers from this service's own database, kept in memory under a lease of its log (docs/revocation.md). While the
 * lease is valid every change that has returned has been applied here, so that a warm answer costs no query; without
 * a lease each call reads the database.
 */
export interface WarmAnswers {
  /**
   * The value of an answer that was asked for at or after this call, or that the lease vouches for.
   *
   * @throws Fault `unavailable` when the database cannot be asked
   */
  get<Value>(key: string, load: Load<Value>): Promise<Value | null>;
  start(): void;
  /** Stops using the cache, then leaves. */
  stop(): Promise<void>;
  leaseValid(): boolean;
}

const nothing: Answer<null> = { epoch: '', pos: 0, positive: false, ttlMs: null, subjects: [], value: null };

export function createWarmAnswers(options: {
  readonly authority: LeaseAuthority;
  readonly bus: Bus;
  readonly onFault: (error: unknown) => void;
}): WarmAnswers {
  const cache = new AnswerCache<unknown>();
  const lease = new LeaseHolder({
    clock: systemClock,
    authority: options.authority,
    bus: createNatsInvalidationBus(options.bus, heimdallInvalidations),
    cache,
    onFault: options.onFault,
  });
  /** Loaders of the questions under way, by key. */
  const underWay = new Map<string, { load: Load<unknown>; calls: number }>();
  const resolver = new Resolver<unknown>({
    clock: systemClock,
    lease,
    cache,
    introspect: async (key) => (await underWay.get(key)?.load()) ?? nothing,
  });

  return {
    start: () => lease.start(),
    stop: () => lease.stop(),
    leaseValid: () => lease.isValid(),
    async get<Value>(key: string, load: Load<Value>) {
      const arrival = systemClock.now();
      const entry = underWay.get(key) ?? { load, calls: 0 };
      entry.calls += 1;
      underWay.set(key, entry);
      try {
        return await resolver.resolve(
          { token: key, workspace: '' },
          arrival,
          ({ value }) => value as Value | null,
        );
      } catch (error) {
        throw error instanceof IntrospectionUnavailable ? unavailable(error) : error;
      } finally {
        entry.calls -= 1;
        if (entry.calls === 0) underWay.delete(key);
      }
    },
  };
}
