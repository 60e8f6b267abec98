import type { InvalidationPush, Subject } from './lease/ports.ts';

/** Platform publishes each row of the invalidation log here, after its commit. */
export const invalidationSubject = 'inval';

/** A holder says here that it has applied a row. */
export const invalidationAckSubject = 'inval.ack';

export interface InvalidationAck {
  readonly holder: string;
  readonly n: number;
}

const kinds: readonly Subject['kind'][] = ['credential', 'account', 'workspace', 'member'];

/** Reads a message of `inval`; `null` for anything else, which then is as good as lost. */
export function invalidationPushFrom(value: unknown): InvalidationPush | null {
  if (typeof value !== 'object' || value === null) return null;
  const { epoch, n, kind, id } = value as Record<string, unknown>;
  const known = kinds.find((entry) => entry === kind);
  if (typeof epoch !== 'string' || !Number.isSafeInteger(n) || known === undefined || typeof id !== 'string')
    return null;
  return { epoch, n: n as number, kind: known, id };
}

/** Reads a message of `inval.ack`; `null` for anything else: no acknowledgement. */
export function invalidationAckFrom(value: unknown): InvalidationAck | null {
  if (typeof value !== 'object' || value === null) return null;
  const { holder, n } = value as Record<string, unknown>;
  return typeof holder === 'string' && Number.isSafeInteger(n) ? { holder, n: n as number } : null;
}
