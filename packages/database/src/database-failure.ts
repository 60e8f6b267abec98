import type { Fault } from '@pcft/errors';
import { unavailable } from '@pcft/errors';

/** SQLSTATE classes and codes that say "not now", not "wrong": PostgreSQL manual, appendix A. */
const transientSqlStates = /^(08...|53...|57P0[1-5]|57014|55P03|25P03|25006|40001|40P01)$/;

/** Prisma's codes for the same: cannot reach, timed out, pool exhausted, transaction could not start or expired, write conflict. */
const transientPrismaCodes = new Set([
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
  'P2034',
  'P2037',
]);

/** What the driver adapter calls them. */
const transientKinds = new Set([
  'ConnectionClosed',
  'DatabaseNotReachable',
  'SocketTimeout',
  'TooManyConnections',
  'TransactionWriteConflict',
]);

/** node:net and pg say these in words only. */
const transientMessages =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|timeout exceeded when trying to connect|Query read timeout|Connection terminated|Client has encountered a connection error|not queryable/i;

/**
 * The 503 for an error that comes from a database which is away, full, overloaded or read-only; `null` for any other
 * error, which is then a defect of ours.
 */
export function asUnavailable(error: unknown): Fault | null {
  return [...causes(error)].some(isTransient) ? unavailable(error) : null;
}

/** Of the transient ones, those that every other query would meet as well: no connection, or no answer on it. */
const awaySqlStates = /^(08...|57P0[1-5])$/;
const awayPrismaCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017']);
const awayKinds = new Set(['ConnectionClosed', 'DatabaseNotReachable', 'SocketTimeout']);

/**
 * Whether an error says that the database cannot be reached or does not answer, and not only that this transaction had to
 * wait for others or met them.
 */
export function isDatabaseAway(error: unknown): boolean {
  return [...causes(error)].some(
    ({ code, originalCode, kind, message }) =>
      [code, originalCode].some(
        (value) => typeof value === 'string' && (awaySqlStates.test(value) || awayPrismaCodes.has(value)),
      ) ||
      (typeof kind === 'string' && awayKinds.has(kind)) ||
      (typeof message === 'string' && transientMessages.test(message)),
  );
}

function isTransient(error: Record<string, unknown>): boolean {
  const { code, originalCode, kind, message } = error;
  return (
    [code, originalCode].some(
      (value) =>
        typeof value === 'string' && (transientSqlStates.test(value) || transientPrismaCodes.has(value)),
    ) ||
    (typeof kind === 'string' && transientKinds.has(kind)) ||
    (typeof message === 'string' && error instanceof Error && transientMessages.test(message))
  );
}

/** True for a unique violation, of the named constraint if one is given. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  for (const cause of causes(error)) {
    const unique =
      cause['code'] === 'P2002' || cause['code'] === '23505' || cause['kind'] === 'UniqueConstraintViolation';
    if (unique && (constraint === undefined || names(cause, constraint))) return true;
    if (cause['originalCode'] === '23505' && (constraint === undefined || names(cause, constraint)))
      return true;
  }
  return false;
}

function names(cause: Record<string, unknown>, constraint: string): boolean {
  return JSON.stringify([
    cause['constraint'],
    cause['meta'],
    cause['originalMessage'],
    cause['message'],
  ])?.includes(constraint);
}

/** An error, its causes and what Prisma hangs on to it, each once. */
function* causes(error: unknown): Generator<Record<string, unknown>> {
  const seen = new Set<unknown>();
  const queue: unknown[] = [error];
  while (queue.length > 0 && seen.size < 20) {
    const next = queue.shift();
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    const record = next as Record<string, unknown>;
    yield record;
    const meta = record['meta'] as Record<string, unknown> | undefined;
    queue.push(
      record['cause'],
      meta?.['driverAdapterError'],
      ...((record['errors'] as unknown[] | undefined) ?? []),
    );
  }
}
