import type { OutboxMetric, RelayMetric } from '@pcft/events';
import type { Metrics } from '@pcft/http';

/** Turns what the outbox tells into Prometheus metrics. Alert on `outbox_bytes` and on any `outbox_refused_total`. */
export function observeOutbox(metrics: Metrics): (metric: OutboxMetric) => void {
  const size = { pending: 0, bytes: 0 };
  metrics.gauge('outbox_pending', 'Audit events that audit has not committed yet.', () => size.pending);
  metrics.gauge('outbox_bytes', 'Their size; calls are refused above 2 GB.', () => size.bytes);
  const appended = metrics.counter('outbox_appended_total', 'Audit events of reads and denials.', []);
  const refused = metrics.counter(
    'outbox_refused_total',
    'Calls refused because their row could not be written.',
    ['reason'],
  );
  const retried = metrics.counter('outbox_retried_total', 'Inserts repeated.', ['mode']);
  return (metric) => {
    switch (metric.name) {
      case 'size':
        size.pending = metric.pending;
        size.bytes = metric.bytes;
        return;
      case 'appended':
        return appended.inc(metric.events);
      case 'refused':
        return refused.inc({ reason: metric.reason });
      case 'retried':
        return retried.inc({ mode: metric.mode });
    }
  };
}

/** The same for the relay. */
export function observeRelay(metrics: Metrics): (metric: RelayMetric) => void {
  let leading = false;
  metrics.gauge('relay_leading', 'Whether this process carries the outbox to audit.', () =>
    leading ? 1 : 0,
  );
  const relayed = metrics.counter('relay_events_total', 'Events that audit has committed.', []);
  const failed = metrics.counter('relay_failed_total', 'Deliveries that failed; they are repeated.', [
    'step',
  ]);
  return (metric) => {
    switch (metric.name) {
      case 'relayed':
        return relayed.inc(metric.events);
      case 'failed':
        return failed.inc({ step: metric.step });
      case 'leading':
        leading = metric.leading;
        return;
    }
  };
}
