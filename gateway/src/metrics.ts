import type { Limiter } from '@pcft/limits';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Exchange } from './exchange.ts';
import type { Standing } from './instance-health.ts';

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** What the proxy tells of the instances behind it. */
export interface UpstreamMetrics {
  instanceChanged(service: string, origin: string, standing: Standing): void;
  /** A call was sent a second time. */
  retried(service: string): void;
}

export interface Metrics {
  readonly upstream: UpstreamMetrics;
  readonly registry: Registry;
  /** Counts an answered request. Labels come from the route table, never from the request, so they are few. */
  observe(exchange: Exchange, method: string, status: number): void;
}

export function createMetrics(limiter: Pick<Limiter, 'health'>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'gateway_request_duration_seconds',
    help: 'From the head of a request to the end of its answer.',
    labelNames: ['service', 'method', 'status'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  new Gauge({
    name: 'gateway_limits_in_redis',
    help: '1 while calls are counted in Redis, 0 while each process counts for itself.',
    registers: [registry],
    collect() {
      this.set(limiter.health() === 'redis' ? 1 : 0);
    },
  });
  const well = new Gauge({
    name: 'gateway_upstream_well',
    help: '1 while calls are sent to the instance, 0 while it drains, refuses or is silent.',
    labelNames: ['service', 'instance'] as const,
    registers: [registry],
  });
  const changes = new Counter({
    name: 'gateway_upstream_changes_total',
    help: 'How often an instance was found to be well, leaving, refusing or silent.',
    labelNames: ['service', 'instance', 'standing'] as const,
    registers: [registry],
  });
  const retries = new Counter({
    name: 'gateway_retries_total',
    help: 'Reads that were sent once more because their instance went away before it answered.',
    labelNames: ['service'] as const,
    registers: [registry],
  });
  const children = new Map<string, { observe(seconds: number): void }>();
  return {
    upstream: {
      instanceChanged(service, origin, standing) {
        const instance = new URL(origin).host;
        well.set({ service, instance }, standing === 'well' ? 1 : 0);
        changes.inc({ service, instance, standing });
      },
      retried: (service) => retries.inc({ service }),
    },
    registry,
    observe({ route, startedAtMs }, method, status) {
      const service = route?.service ?? 'gateway';
      const label = knownMethods.has(method) ? method : 'other';
      const key = `${service} ${label} ${status}`;
      let child = children.get(key);
      if (child === undefined) children.set(key, (child = durations.labels(service, label, String(status))));
      child.observe((performance.now() - startedAtMs) / 1000);
    },
  };
}
