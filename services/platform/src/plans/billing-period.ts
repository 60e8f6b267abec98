/** A stretch of time, `to` exclusive. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** The billing period that a moment lies in: the calendar month, UTC. */
export function billingPeriod(now: Date): Period {
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  return { from: new Date(Date.UTC(year, month, 1)), to: new Date(Date.UTC(year, month + 1, 1)) };
}
