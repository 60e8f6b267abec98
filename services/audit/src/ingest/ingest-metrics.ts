import type { Metrics } from '@pcft/http';
import type { IngestMetric } from './ingest-events.ts';

/** Prometheus counters of what comes in. */
export function countIngest(metrics: Metrics): {
  ingest: (metric: IngestMetric) => void;
  dropped: (rows: number) => void;
} {
  const rows = metrics.counter('audit_rows_total', 'Events that came in, by what became of them.', ['kind']);
  const batches = metrics.counter('audit_batches_total', 'Batches that came in, by outcome.', ['outcome']);
  return {
    ingest: (metric) => {
      batches.inc({ outcome: metric.name });
      if (metric.name !== 'ingested') return;
      rows.inc({ kind: 'chained' }, metric.rows);
      rows.inc({ kind: 'repeated' }, metric.repeated);
      rows.inc({ kind: 'unreadable' }, metric.unreadable);
    },
    dropped: (count) => rows.inc({ kind: 'not_fanned_out' }, count),
  };
}
