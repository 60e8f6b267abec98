import type { Metrics } from '@pcft/http';
import type { MailMetric } from '@pcft/mail';

/** Turns what the mail sender tells into Prometheus metrics. Alert on `mail_oldest_seconds`. */
export function observeMail(metrics: Metrics): (metric: MailMetric) => void {
  const waiting = { mails: 0, oldestSeconds: 0 };
  metrics.gauge('mail_waiting', 'Mails that no server has accepted yet.', () => waiting.mails);
  metrics.gauge(
    'mail_oldest_seconds',
    'How long the oldest of them has waited.',
    () => waiting.oldestSeconds,
  );
  const sent = metrics.counter('mail_sent_total', 'Mails that a server has accepted.', ['kind']);
  const retried = metrics.counter('mail_retried_total', 'Tries that failed; they are repeated.', ['kind']);
  const givenUp = metrics.counter('mail_given_up_total', 'Mails that were never accepted.', ['kind', 'why']);
  return (metric) => {
    switch (metric.name) {
      case 'sent':
        return sent.inc({ kind: metric.kind });
      case 'retried':
        return retried.inc({ kind: metric.kind });
      case 'given-up':
        return givenUp.inc({ kind: metric.kind, why: metric.why });
      case 'waiting':
        waiting.mails = metric.mails;
        waiting.oldestSeconds = metric.oldestSeconds;
        return;
    }
  };
}
