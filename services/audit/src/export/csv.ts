import type { AuditEvent } from '@pcft/events';
import type { ChainRow } from '../checkpoints/chain-rows.ts';

type Cell = string | number | null;

const columns: readonly (readonly [string, (row: ChainRow, event: AuditEvent | null) => Cell])[] = [
  ['seq', ({ seq }) => String(seq)],
  ['id', ({ id }) => id],
  ['timestamp', (_row, event) => event?.occurred_at ?? null],
  ['service', (_row, event) => event?.service ?? null],
  ['action', (_row, event) => event?.action ?? 'audit.unreadable'],
  ['outcome', (_row, event) => event?.outcome ?? null],
  ['status', (_row, event) => event?.status ?? null],
  ['actor_type', (_row, event) => event?.actor.type ?? null],
  ['actor_id', (_row, event) => event?.actor.id ?? null],
  ['pat_id', (_row, event) => event?.actor.pat_id ?? null],
  ['session_id', (_row, event) => event?.actor.session_id ?? null],
  ['target_type', (_row, event) => event?.target?.type ?? null],
  ['target_id', (_row, event) => event?.target?.id ?? null],
  ['app_id', (_row, event) => event?.app_id ?? null],
  ['resource', (_row, event) => event?.resource ?? null],
  ['ip_address', (_row, event) => event?.ip ?? null],
  ['request_id', (_row, event) => event?.request_id ?? null],
  ['metadata', (_row, event) => (event ? JSON.stringify(event.metadata) : null)],
  ['hash', ({ hash }) => Buffer.from(hash).toString('hex')],
];

export const csvHeader = `${columns.map(([name]) => name).join(',')}\r\n`;

/** One record of RFC 4180. */
export function csvRecord(row: ChainRow): string {
  const event = readable(row);
  return `${columns.map(([, cell]) => quoted(cell(row, event))).join(',')}\r\n`;
}

/**
 * Quoted where it has to be. What a spreadsheet would take for a formula gets an apostrophe: the log holds what
 * strangers have sent.
 */
function quoted(cell: Cell): string {
  const text = cell === null ? '' : String(cell);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function readable({ id, body }: ChainRow): AuditEvent | null {
  return id.startsWith('aud_') ? (JSON.parse(Buffer.from(body).toString()) as AuditEvent) : null;
}
