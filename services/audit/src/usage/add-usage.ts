import type { ClientBase } from 'pg';
import type { UsageDelta } from './usage-of.ts';

/**
 * Adds rows to the usage of their tokens, in the transaction that chains them: one statement a batch. Called when every
 * chain head it needs is locked, and the rows are in one order everywhere, so two that add never wait for each other.
 */
export async function addUsage(client: ClientBase, days: readonly UsageDelta[]): Promise<void> {
  if (days.length === 0) return;
  await client.query({
    name: 'usage-add',
    text: `INSERT INTO usage_day (pat_id, day, calls, refused, last_at, last_ip, last_service)
           SELECT pat_id, day, calls, refused, last_at, last_ip, last_service
           FROM unnest($1::text[], $2::date[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::inet[], $7::text[])
                WITH ORDINALITY AS added (pat_id, day, calls, refused, last_at, last_ip, last_service, n)
           ORDER BY n
           ON CONFLICT (pat_id, day) DO UPDATE SET
             calls = usage_day.calls + excluded.calls,
             refused = usage_day.refused + excluded.refused,
             last_at = greatest(usage_day.last_at, excluded.last_at),
             last_ip = CASE WHEN excluded.last_at >= coalesce(usage_day.last_at, '-infinity')
                            THEN excluded.last_ip ELSE usage_day.last_ip END,
             last_service = CASE WHEN excluded.last_at >= coalesce(usage_day.last_at, '-infinity')
                                 THEN excluded.last_service ELSE usage_day.last_service END`,
    values: [
      days.map(({ patId }) => patId),
      days.map(({ day }) => day),
      days.map(({ calls }) => calls),
      days.map(({ refused }) => refused),
      days.map(({ lastAt }) => lastAt),
      days.map(({ lastIp }) => lastIp),
      days.map(({ lastService }) => lastService),
    ],
  });
}
