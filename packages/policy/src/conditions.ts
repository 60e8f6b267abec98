import { ipRangeCovers, isIpRange } from './ip-range.ts';
import type { Conditions, PolicyFault } from './types.ts';

/** Most ranges one credential may carry. */
export const MAX_IP_RANGES = 100;

// RFC 3339 with an offset; without one the time would depend on the reader's zone.
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * The first condition that is not met, or null. What cannot be read is not met: an unreadable client address, range
 * or time denies. An empty `ip` list admits no address.
 */
export function unmetCondition(
  conditions: Conditions | null,
  clientIp: string,
  now: Date,
): 'ip' | 'not-before' | 'not-after' | null {
  if (conditions === null) return null;
  const { ip, not_before, not_after } = conditions;
  if (ip !== undefined && !ip.some((range) => ipRangeCovers(range, clientIp))) return 'ip';
  if (not_before !== undefined && !(now.getTime() >= parseTime(not_before))) return 'not-before';
  if (not_after !== undefined && !(now.getTime() <= parseTime(not_after))) return 'not-after';
  return null;
}

/** Faults of submitted conditions, with paths below `conditions`. */
export function validateConditions(conditions: Conditions): PolicyFault[] {
  const faults: PolicyFault[] = [];
  const { ip, not_before, not_after } = conditions;
  if (ip !== undefined && (ip.length === 0 || ip.length > MAX_IP_RANGES))
    faults.push({ field: 'conditions.ip', reason: `must hold 1 to ${MAX_IP_RANGES} ranges` });
  ip?.slice(0, MAX_IP_RANGES).forEach((range, i) => {
    if (!isIpRange(range))
      faults.push({ field: `conditions.ip[${i}]`, reason: 'must be an IP address or CIDR range' });
  });
  for (const [field, time] of Object.entries({ not_before, not_after })) {
    if (time !== undefined && Number.isNaN(parseTime(time)))
      faults.push({ field: `conditions.${field}`, reason: 'must be an RFC 3339 date-time with an offset' });
  }
  if (not_before !== undefined && not_after !== undefined && parseTime(not_before) > parseTime(not_after))
    faults.push({ field: 'conditions.not_after', reason: 'must not be before conditions.not_before' });
  return faults;
}

function parseTime(text: string): number {
  return TIME.test(text) ? Date.parse(text) : Number.NaN;
}
