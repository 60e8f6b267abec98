import { createRemoteIntrospector, type RemoteIntrospector } from '@pcft/auth';
import { operationsByService, type Operation, type ServiceName } from '@pcft/contracts';
import { createPrismaAdapter } from '@pcft/database';
import { createBus, createOutbox, createRelay, type Bus, type Outbox } from '@pcft/events';
import {
  createIdempotencyStore,
  createMetrics,
  type Logger,
  type Metrics,
  type ServiceAppOptions,
} from '@pcft/http';
import { createLimiter } from '@pcft/limits';
import { createMail, type MailEnvironment, type ServiceMail } from '@pcft/mail';
import { observeOutbox, observeRelay } from './event-metrics.ts';
import { observeMail } from './mail-metrics.ts';
import type { ServiceEnvironment } from './service-environment.ts';

/** What of a service's HTTP side does not depend on which service it is. */
type CommonHttpOptions = Pick<
  ServiceAppOptions<Readonly<Record<string, unknown>>>,
  'limiter' | 'outbox' | 'idempotency' | 'logger' | 'metrics' | 'edgeSecret' | 'publicUrl' | 'strictResponses'
>;

/**
 * What every service process is made of. Its own stores, use cases and introspector are put into it by
 * `compose.ts`; a new service brings nothing else.
 */
export interface ServiceFrame {
  /** For the service's Prisma client. */
  readonly adapter: ReturnType<typeof createPrismaAdapter>;
  readonly bus: Bus;
  readonly outbox: Outbox;
  readonly metrics: Metrics;
  readonly http: CommonHttpOptions;
  /** Where a part of the process reports what it got over by itself. */
  readonly onError: (part: string) => (error: unknown) => void;
  /** Introspection over HTTP under a lease. */
  createIntrospector(environment: { PLATFORM_URL: string; SERVICE_TOKEN: string }): RemoteIntrospector;
  /** The mail queue of a service whose migrations carry packages/mail/mail.sql, and its sender. */
  createMail(environment: MailEnvironment): ServiceMail;
  start(): void;
  /** Ends in the order that loses nothing: relay, outbox, the given database client, bus, limiter. */
  close(database: { $disconnect(): Promise<void> }): Promise<void>;
}

export function createServiceFrame(
  service: ServiceName,
  environment: ServiceEnvironment,
  logger: Logger,
): ServiceFrame {
  const onError = (part: string) => (err: unknown) => logger.warn({ err, part }, 'background fault');
  const databaseUrl = environment.DATABASE_URL;
  const metrics = createMetrics(service);
  const bus = createBus({ url: environment.NATS_URL, name: service, onError: onError('bus') });
  const outbox = createOutbox({
    databaseUrl,
    service,
    onMetric: observeOutbox(metrics),
    onError: onError('outbox'),
  });
  const relay = createRelay({
    databaseUrl,
    bus,
    service,
    outbox,
    onMetric: observeRelay(metrics),
    onError: onError('relay'),
  });
  const limiter = createLimiter({
    redisUrl: environment.REDIS_URL,
    onStoreChange: (store, err) => logger.warn({ store, err }, 'limits are counted elsewhere'),
  });
  const operations: readonly Operation[] = Object.values(operationsByService[service]);
  // A service without such operations has no table for them either.
  const idempotency = operations.some(({ idempotent }) => idempotent)
    ? createIdempotencyStore({ databaseUrl, service, onError: onError('idempotency') })
    : null;
  metrics.gauge(
    'nats_connected',
    'Whether events and invalidations flow; 0: outboxes grow, revokes take W.',
    () => (bus.connected() ? 1 : 0),
  );
  return {
    adapter: createPrismaAdapter({
      url: databaseUrl,
      applicationName: service,
      poolSize: environment.DATABASE_POOL,
      onError: onError('database'),
    }),
    bus,
    outbox,
    metrics,
    onError,
    http: {
      limiter,
      outbox,
      ...(idempotency && { idempotency }),
      logger,
      metrics,
      edgeSecret: environment.EDGE_SECRET,
      publicUrl: environment.PUBLIC_URL,
      strictResponses: environment.STRICT_RESPONSES,
    },
    createIntrospector({ PLATFORM_URL, SERVICE_TOKEN }) {
      const introspector = createRemoteIntrospector({
        platformUrls: PLATFORM_URL.split(','),
        serviceToken: SERVICE_TOKEN,
        bus,
        onFault: onError('lease'),
      });
      metrics.gauge('lease_valid', 'Whether cached introspection may be used.', () =>
        introspector.leaseValid() ? 1 : 0,
      );
      return introspector;
    },
    createMail: (mailEnvironment) =>
      createMail(mailEnvironment, {
        databaseUrl,
        service,
        onMetric: observeMail(metrics),
        onError: (err, mail) => logger.warn({ err, mail_id: mail?.id, mail_kind: mail?.kind }, 'mail'),
      }),
    start() {
      relay.start();
      idempotency?.startPruning();
    },
    async close(database) {
      await relay.stop();
      await outbox.close();
      await idempotency?.close();
      await database.$disconnect();
      await bus.close();
      await limiter.close();
    },
  };
}
