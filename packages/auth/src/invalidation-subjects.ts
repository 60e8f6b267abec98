import {
  heimdallSubjectKinds,
  platformSubjectKinds,
  type InvalidationPush,
  type Subject,
} from './lease/ports.ts';

/** Where the keeper of a log publishes each row after its commit, and where holders say that they have applied it. */
export interface InvalidationSubjects {
  readonly push: string;
  readonly ack: string;
}

/** Of platform's log: PATs, accounts, members. */
export const platformInvalidations: InvalidationSubjects = { push: 'inval', ack: 'inval.ack' };

/** Of the log of the tokens service: its directory, sessions and keys. */
export const heimdallInvalidations: InvalidationSubjects = {
  push: 'inval.heimdall',
  ack: 'inval.heimdall.ack',
};

export interface InvalidationAck {
  readonly holder: string;
  readonly n: number;
}

const kinds: readonly Subject['kind'][] = [...platformSubjectKinds, ...heimdallSubjectKinds];

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
