import type { ClientBase } from 'pg';
import type { EventDays } from './event-days.ts';

/**
 * Adds rows to the counts by day, in the transaction that chains them and one statement a batch. A count belongs to one
 * log, whose head is locked by now: nobody else is at it.
 */
export async function addEventDays(client: ClientBase, days: readonly EventDays[]): Promise<void> {
  await client.query({
    name: 'event-day-add',
    text: `INSERT INTO event_day (log, action, required_action, service, outcome, access, day, rows)
           SELECT log, action, required_action, service, outcome, access,
                  coalesce(day, (now() AT TIME ZONE 'UTC')::date), sum(rows)
           FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::date[], $8::bigint[])
                AS added (log, action, required_action, service, outcome, access, day, rows)
           GROUP BY 1, 2, 3, 4, 5, 6, 7
           ON CONFLICT (log, action, required_action, service, outcome, access, day)
           DO UPDATE SET rows = event_day.rows + excluded.rows`,
    values: [
      days.map(({ log }) => log),
      days.map(({ action }) => action),
      days.map(({ requiredAction }) => requiredAction),
      days.map(({ service }) => service),
      days.map(({ outcome }) => outcome),
      days.map(({ access }) => access),
      days.map(({ day }) => day),
      days.map(({ rows }) => rows),
    ],
  });
}
