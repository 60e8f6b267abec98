import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { type AuditEvent, eventFault, type IngestRow, isStorable } from '@pcft/events';
import { searchWords } from '../audit-log/search-words.ts';

/** A queued event, ready to be chained. */
export interface ChainEntry {
  /** The event's id, or `raw_…`, derived from the bytes, so that a repeated delivery is known again. */
  readonly id: string;
  readonly log: string;
  readonly source: string;
  readonly body: Uint8Array;
  /** `null`: the bytes could not be read as an event. They are chained all the same. */
  readonly event: AuditEvent | null;
}

/** The chain of what does not even say where it belongs. */
export const unreadableLog = '_unreadable';

const logPattern = /^(ws|acc)_[0-9A-HJKMNP-TV-Z]{26}$/;

/** Reads one row of a relay's request. Never fails: what cannot be read is an entry too. */
export function readEntry(source: string, row: IngestRow): ChainEntry {
  const body = Buffer.from(row.body);
  const value = parse(row.body);
  const event = isEvent(value, row.body) && value.id === row.id ? value : null;
  if (event) return { id: event.id, log: event.log, source, body, event };
  return rawEntry(source, { id: row.id, body }, logOf(value));
}

/** An entry for bytes that are not an event, or whose id another event has taken. `id` is the one they came under. */
export function rawEntry(
  source: string,
  { id, body }: { readonly id: string; readonly body: Uint8Array },
  log: string = unreadableLog,
): ChainEntry {
  const digest = createHash('sha256')
    .update(JSON.stringify([source, id]))
    .update(body)
    .digest('hex');
  return { id: `raw_${digest}`, log, source, body, event: null };
}

/** The columns by which a row is found. */
export interface IndexColumns {
  readonly occurredAt: string | null;
  readonly service: string;
  readonly action: string;
  readonly requiredAction: string | null;
  readonly access: string | null;
  readonly outcome: string;
  readonly actorId: string | null;
  readonly patId: string | null;
  readonly targetId: string | null;
  readonly appId: string | null;
  readonly resource: string | null;
  readonly requestId: string | null;
  readonly ip: string | null;
  /** Of metadata and changes; none in most events. */
  readonly words: readonly string[];
}

/** What an unreadable event is listed as. */
export const unreadableAction = 'audit.unreadable';

/** Those of few values each. */
export type KindColumns = Pick<
  IndexColumns,
  'occurredAt' | 'service' | 'action' | 'requiredAction' | 'access' | 'outcome'
>;

export function kindColumns({ event, source }: ChainEntry): KindColumns {
  return {
    occurredAt: event?.occurred_at ?? null,
    service: event?.service ?? source,
    action: event?.action ?? unreadableAction,
    requiredAction: event?.required_action ?? null,
    access: event?.access ?? null,
    outcome: event?.outcome ?? 'failed',
  };
}

/** As PostgreSQL takes it; `null` for what is none, and for one with a zone. */
export function addressOf({ ip }: AuditEvent): string | null {
  return ip && isIP(ip) !== 0 && !ip.includes('%') ? ip : null;
}

export function indexColumns(entry: ChainEntry): IndexColumns {
  const { event } = entry;
  return {
    ...kindColumns(entry),
    actorId: event?.actor.id ?? null,
    patId: event?.actor.pat_id ?? null,
    targetId: event?.target?.id ?? null,
    appId: event?.app_id ?? null,
    resource: event?.resource ?? null,
    requestId: event?.request_id ?? null,
    ip: event && addressOf(event),
    words: event ? searchWords(event) : [],
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isEvent(value: unknown, text: string): value is AuditEvent {
  return eventFault(value) === null && isStored(value, text) && isDate(value as AuditEvent);
}

/** Only an escape can bring in what cannot be stored, where the text itself is sound: most have none. */
function isStored(value: unknown, text: string): boolean {
  return (text.isWellFormed() && !text.includes('\\u')) || isStorable(JSON.stringify(value));
}

/** The schema's pattern admits 31 February, PostgreSQL does not. */
function isDate({ occurred_at: at }: AuditEvent): boolean {
  // Every month has 28: most times need no second look.
  if (Number(at.slice(8, 10)) <= 28) return true;
  const time = Date.parse(at);
  return !Number.isNaN(time) && new Date(time).toISOString() === at;
}

function logOf(value: unknown): string {
  const log = typeof value === 'object' && value !== null && 'log' in value ? value.log : null;
  return typeof log === 'string' && logPattern.test(log) ? log : unreadableLog;
}
