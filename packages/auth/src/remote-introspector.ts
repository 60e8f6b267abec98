import type { Bus } from '@pcft/events';
import { unavailable } from '@pcft/errors';
import { createHash } from 'node:crypto';
import type { Credential } from './credential.ts';
import type { Introspection, Introspector } from './introspection.ts';
import { platformInvalidations } from './invalidation-subjects.ts';
import { AnswerCache, IntrospectionUnavailable, LeaseHolder, Resolver, systemClock } from './lease/index.ts';
import { createNatsInvalidationBus } from './nats-invalidation-bus.ts';
import { createPlatformClient, type PlatformClientOptions } from './platform-client.ts';

export interface RemoteIntrospectorOptions extends PlatformClientOptions {
  readonly bus: Bus;
  /** Told of every failed join, renewal and leave; the loop goes on by itself. */
  readonly onFault?: (error: unknown) => void;
}

/** The introspector of every service but platform: over HTTP, cached under a lease (docs/revocation.md). */
export interface RemoteIntrospector extends Introspector {
  /** Joins, and keeps the lease. */
  start(): void;
  /** Stops using the cache, then leaves. */
  stop(): Promise<void>;
  /** Whether the cache may be used now; for metrics. */
  leaseValid(): boolean;
}

export function createRemoteIntrospector(options: RemoteIntrospectorOptions): RemoteIntrospector {
  const platform = createPlatformClient(options);
  const cache = new AnswerCache<Introspection>();
  const lease = new LeaseHolder({
    clock: systemClock,
    authority: platform,
    bus: createNatsInvalidationBus(options.bus, platformInvalidations),
    cache,
    ...(options.onFault && { onFault: options.onFault }),
  });
  /** Credentials of the questions under way, by the digest that stands for them in cache and flights. */
  const underWay = new Map<string, { credential: Credential; calls: number }>();
  const resolver = new Resolver<Introspection>({
    clock: systemClock,
    lease,
    cache,
    introspect: (digest, workspace) => {
      const known = underWay.get(digest);
      return known
        ? platform.introspect(known.credential, workspace)
        : Promise.reject(new Error('nobody asked'));
    },
  });

  return {
    start: () => lease.start(),
    stop: () => lease.stop(),
    leaseValid: () => lease.isValid(),
    async resolve(credential, workspace, use) {
      const arrival = systemClock.now();
      // No token in clear stays in memory longer than the call that brought it.
      const digest = createHash('sha256').update(credential.token).digest('base64');
      const entry = underWay.get(digest) ?? { credential, calls: 0 };
      entry.calls += 1;
      underWay.set(digest, entry);
      try {
        return await resolver.resolve({ token: digest, workspace }, arrival, (answer) => use(answer.value));
      } catch (error) {
        throw error instanceof IntrospectionUnavailable ? unavailable(error) : error;
      } finally {
        entry.calls -= 1;
        if (entry.calls === 0) underWay.delete(digest);
      }
    },
    async overview(credential) {
      try {
        return await platform.overview(credential);
      } catch (error) {
        throw unavailable(error);
      }
    },
  };
}
