import type { auditOperations, QueryOf } from '@pcft/contracts';
import { invalid } from '@pcft/errors';
import { canonicalIpRange, isActionPattern, isResourcePattern } from '@pcft/policy';
import { type ListWindow, mostCounted } from './audit-log-store.ts';
import type { AuditFilter } from './audit-row.ts';
import { decodeCursor } from './cursor.ts';
import { wordsOf } from './search-words.ts';

type Query =
  QueryOf<(typeof auditOperations)['listAuditLogs']> | QueryOf<(typeof auditOperations)['listAppAuditLogs']>;

/** @throws Fault `validation` naming the parameter */
export function filterFromWire(query: Query): AuditFilter {
  const from = timeFromWire('from', query.from);
  const to = timeFromWire('to', query.to);
  if (from && to && from > to) throw invalid('from', 'must not be later than to');
  const { action, resource, ip } = query;
  return {
    ...(action !== undefined && { action: actionFromWire(action) }),
    ...(query.actor_id !== undefined && { actorId: query.actor_id }),
    ...(query.pat_id !== undefined && { patId: query.pat_id }),
    ...(query.target_id !== undefined && { targetId: query.target_id }),
    ...('app_id' in query && query.app_id !== undefined && { appId: query.app_id }),
    ...(resource !== undefined && { resource: resourceFromWire(resource) }),
    ...(query.request_id !== undefined && { requestId: query.request_id }),
    ...(query.service !== undefined && { service: query.service }),
    ...(query.outcome !== undefined && { outcome: query.outcome }),
    ...(query.access !== undefined && { access: query.access }),
    ...(ip !== undefined && { ip: ipFromWire(ip) }),
    ...(query.q !== undefined && { words: wordsFromWire(query.q) }),
    ...(from && { from }),
    ...(to && { to }),
  };
}

/** @throws Fault `validation` naming the parameter */
export function windowFromWire({ limit = 20, offset = 0, cursor }: Query, question: string): ListWindow {
  if (offset > mostCounted)
    throw invalid(
      'offset',
      `must not be above ${mostCounted}: go on with cursor, by next_cursor of the page before`,
    );
  if (cursor === undefined) return { limit, offset };
  if (offset > 0) throw invalid('cursor', 'must not come with offset: it says where the page begins');
  const after = decodeCursor(cursor, question);
  if (!after) throw invalid('cursor', 'must be next_cursor of a page with the same filters');
  return { limit, offset, after };
}

/** What makes two pages parts of one list. */
export function questionOf(filter: AuditFilter): string {
  return JSON.stringify(Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** RFC 3339 has times that neither JavaScript (second 60) nor PostgreSQL (year 0) knows; nothing happened before 1970. */
function timeFromWire(field: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw invalid(field, 'must be a valid date-time');
  return new Date(Math.max(time, 0));
}

/** @throws Fault `validation` */
export function actionFromWire(action: string): string {
  if (!isActionPattern(action))
    throw invalid('action', 'must be an action, or a pattern such as heimdall.* or *.read');
  return action;
}

function resourceFromWire(resource: string): string {
  if (!isResourcePattern(resource)) throw invalid('resource', 'must be a URN, or a pattern as in policies');
  return resource;
}

function ipFromWire(ip: string): string {
  const range = canonicalIpRange(ip);
  if (range === null)
    throw invalid('ip', 'must be an address, or a range such as 10.0.0.0/8 or 2001:db8::/32');
  return range;
}

const mostWords = 8;

function wordsFromWire(text: string): string[] {
  const words = [...new Set(wordsOf(text))];
  if (words.length === 0) throw invalid('q', 'must hold a word of letters or digits');
  if (words.length > mostWords) throw invalid('q', `must not hold more than ${mostWords} words`);
  return words;
}
