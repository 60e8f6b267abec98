import type { Limiter } from '@pcft/limits';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Exchange } from './exchange.ts';

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export interface Metrics {
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
  const children = new Map<string, { observe(seconds: number): void }>();
  return {
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
