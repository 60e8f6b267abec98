import type { ChainEntry } from '../ingest/chain-entry.ts';
import { addressOf } from '../ingest/chain-entry.ts';

/** Calls of one token on one day. */
export interface UsageDelta {
  readonly patId: string;
  /** `2026-11-22`, UTC. */
  readonly day: string;
  calls: number;
  refused: number;
  /** The newest call that was let in; all `null` where none was. */
  lastAt: string | null;
  lastIp: string | null;
  lastService: string | null;
}

const patIdForm = /^pat_[0-9A-HJKMNP-TV-Z]{26}$/;

/** Not let in: the token was dead, or above its limit. A denial is a use all the same: the token was good. */
const refusals = new Set([401, 429]);

/**
 * What rows add to the usage of tokens, in the order of token and day: everybody who writes them locks them in that
 * order. One row is one call.
 */
export function usageOf(rows: readonly ChainEntry[]): UsageDelta[] {
  const byKey = new Map<string, UsageDelta>();
  for (const row of rows) {
    const patId = row.event?.actor.pat_id;
    if (!row.event || !patId || !patIdForm.test(patId)) continue;
    const { occurred_at: at, service, status } = row.event;
    const day = at.slice(0, 10);
    const key = `${patId} ${day}`;
    const delta = byKey.get(key) ?? { patId, day, calls: 0, refused: 0, ...noCall };
    byKey.set(key, delta);
    if (refusals.has(status)) {
      delta.refused += 1;
      continue;
    }
    delta.calls += 1;
    if (delta.lastAt !== null && delta.lastAt > at) continue;
    [delta.lastAt, delta.lastIp, delta.lastService] = [at, addressOf(row.event), service];
  }
  // Bytewise, as the table's key compares.
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, delta]) => delta);
}

const noCall = { lastAt: null, lastIp: null, lastService: null };
