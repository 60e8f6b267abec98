import { routeTable } from '@pcft/contracts';
import type { Route } from '@pcft/contracts';
import { createLimiter } from '@pcft/limits';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { DestinationStream } from 'pino';
import { logRequest } from './access-log.ts';
import { createApp } from './app.ts';
import { createAddressResolver, parseTrustedProxies } from './client-address.ts';
import type { GatewayConfig } from './config.ts';
import type { Exchange } from './exchange.ts';
import { identify } from './identify.ts';
import { answerMalformedRequests } from './malformed-requests.ts';
import { createMetrics } from './metrics.ts';
import { documentPages, probePages } from './own-pages.ts';
import { createProxy } from './proxy.ts';
import { createReadiness } from './readiness.ts';
import { RouteTree } from './route-tree.ts';
import { routeTimeouts } from './route-timeouts.ts';

export interface Gateway {
  readonly server: Server;
  listen(): Promise<void>;
  /** Stops taking requests, finishes those under way (for at most `withinMs`), lets go of everything. */
  drain(withinMs?: number): Promise<void>;
}

/** Puts the gateway together. Tests give it routes and a log of their own. */
export function composeGateway(
  config: GatewayConfig,
  { routes = routeTable(), log }: { routes?: readonly Route[]; log?: DestinationStream } = {},
): Gateway {
  let draining = false;
  const isDraining = () => draining;
  // Lines are written many at a time: a system call per request would be among its greatest costs.
  const logger = pino(
    { name: 'gateway', level: config.LOG_LEVEL },
    log ?? pino.destination({ sync: false, minLength: 15 * 1024, periodicFlush: 250 }),
  );
  const limiter = createLimiter({
    redisUrl: config.REDIS_URL,
    environment: config.environment,
    onStoreChange: (store, cause) =>
      logger[store === 'redis' ? 'info' : 'warn'](
        { store, err: cause },
        'Where limits are counted has changed',
      ),
  });
  const metrics = createMetrics(limiter);
  const trustedProxies = parseTrustedProxies(config.TRUSTED_PROXIES);
  const proxy = createProxy({
    upstreams: config.upstreams,
    edgeSecret: config.EDGE_SECRET,
    timeoutMs: routeTimeouts(config.UPSTREAM_TIMEOUT_MS),
    probe: { everyMs: config.UPSTREAM_PROBE_MS, timeoutMs: config.UPSTREAM_PROBE_TIMEOUT_MS },
    metrics: metrics.upstream,
    logger,
    isDraining,
  });

  function record(exchange: Exchange, method: string, status: number, complete: boolean): void {
    metrics.observe(exchange, method, status);
    logRequest(logger, exchange, { method, status, complete });
  }

  const app = createApp({
    identify: identify(createAddressResolver(trustedProxies), record),
    probes: probePages({
      readiness: createReadiness(config.upstreams, isDraining),
      registry: metrics.registry,
      isDraining,
      metricsToken: config.METRICS_TOKEN,
      behindProxies: config.TRUSTED_PROXIES !== '',
    }),
    documents: documentPages(config.PUBLIC_URL),
    proxy: proxy.step,
    limiter,
    routes: new RouteTree(routes),
    logger,
  });
  const server = createServer(
    {
      // refuse-ambiguous.ts checks these with answers in the caller's dialect; Node's own would have none.
      requireHostHeader: false,
      maxHeaderSize: 32 * 1024,
      // A caller that sends its head, or its whole request, drop by drop is cut off.
      headersTimeout: 10_000,
      requestTimeout: 120_000,
      connectionsCheckingInterval: 2000,
      keepAliveTimeout: 65_000,
      noDelay: true,
    },
    (request, response) => {
      if (draining) response.shouldKeepAlive = false;
      app(request, response);
    },
  );
  server.maxHeadersCount = 0; // Node would drop what is above its count in silence
  answerMalformedRequests(server);

  return {
    server,
    async listen() {
      server.listen(config.PORT, config.HOST);
      await once(server, 'listening');
      logger.info({ address: server.address() }, 'The gateway listens');
    },
    async drain(withinMs = 8000) {
      draining = true;
      await sleep(config.DRAIN_DELAY_MS);
      const closed = once(server, 'close');
      server.close();
      const deadline = setTimeout(() => server.closeAllConnections(), withinMs);
      // Connections that were busy at the close stay open when they fall idle.
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      await closed;
      clearTimeout(deadline);
      clearInterval(sweep);
      proxy.close();
      await limiter.close();
      logger.info('The gateway has drained');
      await new Promise((resolve) => logger.flush(resolve));
    },
  };
}
