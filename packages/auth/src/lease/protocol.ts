/**
 * The numbers of the revocation protocol (docs: "Resolving a PAT"), in milliseconds. The services' side and platform's
 * side read them here, as neither is safe alone: W has to outlast every lease that was granted before a row was closed
 * or a revoke committed, on clocks that run up to 4 % apart.
 */

/** L: how long a lease lasts, counted from sending the renewal that granted it. */
export const LEASE_MS = 1000;
/** W: how long platform waits for a holder that does not acknowledge. */
export const WAIT_MS = 1100;

export const RENEWAL_INTERVAL_MS = 250;
export const RENEWAL_TIMEOUT_MS = 400;
/** After this many failures in a row the lease is over, and it is asked more seldom, at the longest this far apart. */
export const FAILURES_BEFORE_SLOWING = 4;
export const SLOWEST_INTERVAL_MS = 1000;
export const JOIN_TIMEOUT_MS = 400;
/** After this an introspection counts as failed, so that a lost platform gives 503 within L. */
export const INTROSPECTION_TIMEOUT_MS = 900;

/** After the first publication, holders that have not acknowledged are sent a row again. */
export const REPUBLISH_AFTER_MS: readonly number[] = [30, 100];

export const MAX_ANSWER_AGE_MS = 5 * 60_000;
export const LOG_RETENTION_MS = 60 * 60_000;

/** Renewals write their holder's row no more often than this. */
export const TOUCH_INTERVAL_MS = 2000;
/** A holder's row untouched for this long is marked closed. */
export const CLOSE_AFTER_MS = 5000;
