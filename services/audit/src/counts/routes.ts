import type { auditOperations } from '@pcft/contracts';
import { invalid } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import { actionFromWire } from '../audit-log/list-query.ts';
import type { CountStore, DayCount } from './prisma-count-store.ts';
import { topCounts } from './top-counts.ts';

type Operations = Pick<typeof auditOperations, 'countAuditLogs'>;

const dayMs = 86_400_000;
const defaultDays = 30;
const mostDays = 400;

export function countHandlers({ counts }: { readonly counts: CountStore }): Handlers<Operations> {
  return {
    async countAuditLogs({ access, query }: Call<Operations['countAuditLogs']>) {
      const { by = 'action', top = 20, action, service, outcome } = query;
      const to = dayFromWire('to', query.to) ?? new Date(Math.floor(Date.now() / dayMs) * dayMs);
      const from = dayFromWire('from', query.from) ?? new Date(to.getTime() - (defaultDays - 1) * dayMs);
      if (from > to) throw invalid('from', 'must not be later than to');
      if (to.getTime() - from.getTime() >= mostDays * dayMs)
        throw invalid('from', `must not be ${mostDays} days or more before to`);
      const filter = {
        ...(action !== undefined && { action: actionFromWire(action) }),
        ...(service !== undefined && { service }),
        ...(outcome !== undefined && { outcome }),
      };
      const found: readonly DayCount[] = access
        ? await counts.count(access.id, by, { from, to }, filter)
        : [];
      const total = found.reduce((sum, { rows }) => sum + rows, 0);
      return { by, from: dayToWire(from), to: dayToWire(to), total, counts: topCounts(found, top) };
    },
  };
}

function dayFromWire(field: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const day = new Date(`${text}T00:00:00Z`);
  // 31 February is a day to nobody, and the 3rd of March to some.
  if (Number.isNaN(day.getTime()) || dayToWire(day) !== text)
    throw invalid(field, 'must be a day, 2026-11-22');
  return day;
}

function dayToWire(day: Date): string {
  return day.toISOString().slice(0, 10);
}
