import type { LimitRule } from './rules.ts';

/** Where a caller stands in its window. */
export interface LimitStanding {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Wall clock, milliseconds since the epoch. */
  resetAtMs: number;
}

/**
 * The headers that tell a caller where it stands: 001 spells them `X-RateLimit-*` with the reset in epoch
 * seconds, 002 `RateLimit-*` with the reset in seconds from now. A refusal adds `Retry-After` in seconds.
 */
export function limitHeaders(
  spelling: LimitRule['headers'],
  standing: LimitStanding,
  nowMs = Date.now(),
): Record<string, string> {
  const inSeconds = Math.max(0, Math.ceil((standing.resetAtMs - nowMs) / 1000));
  const headers: Record<string, string> =
    spelling === 'ratelimit'
      ? {
          'RateLimit-Limit': String(standing.limit),
          'RateLimit-Remaining': String(standing.remaining),
          'RateLimit-Reset': String(inSeconds),
        }
      : {
          'X-RateLimit-Limit': String(standing.limit),
          'X-RateLimit-Remaining': String(standing.remaining),
          'X-RateLimit-Reset': String(Math.ceil(standing.resetAtMs / 1000)),
        };
  // Zero would invite a retry into the window that is still closing.
  if (!standing.allowed) headers['Retry-After'] = String(Math.max(1, inSeconds));
  return headers;
}
