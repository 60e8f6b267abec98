import type { Metrics } from '@pcft/http';
import type { IngestMetric } from './ingest-events.ts';
import type { AppendedBehind } from './postgres-chain-store.ts';

/** Prometheus counters of what comes in. */
export function countIngest(metrics: Metrics): {
  ingest: (metric: IngestMetric) => void;
  dropped: (rows: number) => void;
  behind: (outcome: AppendedBehind) => void;
} {
  const rows = metrics.counter('audit_rows_total', 'Events that came in, by what became of them.', ['kind']);
  const batches = metrics.counter('audit_batches_total', 'Batches that came in, by outcome.', ['outcome']);
  const behind = metrics.counter(
    'audit_appends_behind_total',
    'Appends beside one that had not committed, by outcome; all but `stored` were made once more.',
    ['outcome'],
  );
  return {
    behind: (outcome) => behind.inc({ outcome }),
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
