import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A process's metrics in Prometheus' text format, served at `/metrics`. */
export interface Metrics {
  readonly registry: Registry;
  /** Starts the clock of a call; the returned function ends it. */
  start(): (operationId: string, status: number) => void;
  /** A value that is read when the metrics are. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void;
  counter(name: string, help: string, labelNames: string[]): Counter;
}

export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const calls = new Histogram({
    name: 'http_call_seconds',
    help: 'Duration of calls by operation and status.',
    labelNames: ['operation', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  });
  return {
    registry,
    start() {
      const startedAt = performance.now();
      return (operation, status) =>
        calls.observe({ operation, status }, (performance.now() - startedAt) / 1000);
    },
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers: [registry],
        async collect() {
          this.set(await read());
        },
      });
    },
    counter: (name, help, labelNames) => new Counter({ name, help, labelNames, registers: [registry] }),
  };
}
