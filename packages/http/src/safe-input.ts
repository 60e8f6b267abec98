import { Fault, type FaultDetail } from '@pcft/errors';

const maxDepth = 20;

/** Keys that mean something to JavaScript rather than to the caller. */
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Refuses input that no schema should have to think of: NUL (PostgreSQL cannot store it), lone surrogates (no UTF-8
 * for them), keys that reach for prototypes, and nesting deeper than any schema.
 *
 * @throws Fault `validation`, pointing at the first finding
 */
export function assertSafe(value: unknown, where: string): void {
  const finding = findUnsafe(value, where, 0);
  if (finding)
    throw new Fault('validation', { message: `${finding.field}: ${finding.reason}`, details: [finding] });
}

/**
 * Refuses a query whose percent-encoding is not UTF-8: the parser would put replacement characters where the caller
 * meant something else.
 *
 * @throws Fault `validation`
 */
export function assertDecodable(url: string): void {
  const query = url.split('?').slice(1).join('?');
  try {
    decodeURIComponent(query);
  } catch {
    const details = [{ field: 'query', reason: 'is not valid percent-encoded UTF-8' }];
    throw new Fault('validation', { message: 'query is not valid percent-encoded UTF-8', details });
  }
}

function findUnsafe(value: unknown, field: string, depth: number): FaultDetail | null {
  if (typeof value === 'string') return unsafeText(value, field);
  // JSON writes 1e400, JavaScript reads Infinity, and JSON again would write null.
  if (typeof value === 'number' && !Number.isFinite(value))
    return { field: bounded(field), reason: 'is out of range' };
  if (typeof value !== 'object' || value === null) return null;
  if (depth >= maxDepth) return { field: bounded(field), reason: 'is nested too deeply' };
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      const finding = findUnsafe(item, `${field}[${i}]`, depth + 1);
      if (finding) return finding;
    }
    return null;
  }
  for (const [key, item] of Object.entries(value)) {
    if (forbiddenKeys.has(key)) return { field: bounded(field), reason: `must not have a field ${key}` };
    const finding = unsafeText(key, bounded(field)) ?? findUnsafe(item, under(field, key), depth + 1);
    if (finding) return finding;
  }
  return null;
}

function unsafeText(text: string, field: string): FaultDetail | null {
  if (text.includes('\0')) return { field: bounded(field), reason: 'must not contain NUL' };
  if (!text.isWellFormed()) return { field: bounded(field), reason: 'must be well-formed Unicode' };
  return null;
}

/** `body.name` reads `name`: the field as the caller knows it. */
function under(field: string, key: string): string {
  return field === 'body' || field === 'query' || field === 'path' ? key : `${field}.${key}`;
}

/** A field name made of the caller's own keys: cut, and cleaned of what would break the answer. */
function bounded(field: string): string {
  return field.slice(0, 200).toWellFormed().replaceAll('\0', '\uFFFD');
}
