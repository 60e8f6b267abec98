import { Fault, type FaultName } from '@pcft/errors';

/** What is kept of a key, as it was read by one who presents it again. */
export interface KeyRow {
  readonly claim: string;
  readonly holder: Buffer;
  readonly fingerprint: Buffer;
  readonly effected: boolean;
  readonly answer: Buffer | null;
  /** Since it was claimed, by the clock of the database. */
  readonly ageSeconds: number;
}

/** How long a key is remembered. */
export const rememberedSeconds = 24 * 60 * 60;

/**
 * After this a call that has neither answered nor taken effect is taken for dead. It may be wrong: a call that comes to
 * life again finds its key taken, inside its own transaction, and has no effect.
 */
export const staleSeconds = 10;

/** What a call with a known key comes to: it takes the key over, or it repeats the answer that was kept. */
export type Outcome = { readonly kind: 'take' } | { readonly kind: 'replay'; readonly answer: Buffer };

/**
 * @throws Fault `idempotency-key-reused`: it stood for another request; `idempotency-key-in-use`: that call has not
 * ended; `idempotency-answer-lost`: it took effect, and its answer is not there or not for this secret
 */
export function judgeRow(row: KeyRow, asked: Pick<KeyRow, 'holder' | 'fingerprint'>): Outcome {
  if (row.ageSeconds >= rememberedSeconds) return { kind: 'take' };
  const sameSecret = row.holder.equals(asked.holder);
  if (sameSecret && !row.fingerprint.equals(asked.fingerprint)) throw refused('idempotency-key-reused');
  if (row.answer) {
    if (!sameSecret) throw answerLost('was used with a former secret of this credential');
    return { kind: 'replay', answer: row.answer };
  }
  if (row.ageSeconds < staleSeconds) throw keyInUse(row.ageSeconds);
  if (row.effected) throw answerLost('the call was cut off after it took effect');
  return { kind: 'take' };
}

/** Most calls end within a second; one that does not has probably died, and is given up when it is stale. */
export function keyInUse(ageSeconds = 0): Fault {
  const seconds = ageSeconds < 2 ? 1 : Math.max(1, Math.ceil(staleSeconds - ageSeconds));
  return refused('idempotency-key-in-use', undefined, { 'Retry-After': String(seconds) });
}

export function answerLost(reason: string): Fault {
  return refused('idempotency-answer-lost', reason);
}

function refused(name: FaultName, reason?: string, headers?: Record<string, string>): Fault {
  return new Fault(name, {
    ...(reason !== undefined && { details: [{ field: 'idempotency-key', reason }] }),
    ...(headers && { headers }),
  });
}
