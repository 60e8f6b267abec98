import type { RateClass as DeclaredClass } from '@pcft/contracts';

/** How often an operation may be called, as its declaration names it. `internal` and `none` are not limited. */
export type RateClass = DeclaredClass | 'none';

/**
 * What can be counted: the classes of operations, the gateway's own limit per caller address, mails that anybody can
 * cause to one address, and invites of one workspace.
 */
export type LimitClass = Exclude<RateClass, 'internal' | 'none'> | 'edge' | 'mail' | 'invite';

export interface LimitRule {
  /** Calls allowed in one window. */
  points: number;
  windowSeconds: number;
  /** Whose calls are counted together. `credential` falls back to the caller's address where no key is sent. */
  by: 'credential' | 'ip';
  /** `x-ratelimit`: X-RateLimit-*, reset in epoch seconds (001). `ratelimit`: RateLimit-*, reset in seconds from now (002). */
  headers: 'x-ratelimit' | 'ratelimit';
  /**
   * Points a process may take from Redis at once, as a share of all; absent: one. With 0.01, what processes hold
   * back from each other is at most 1 % of the limit each.
   */
  reserveShare?: number;
}

export type LimitRules = Record<LimitClass, LimitRule>;

/** The documents' limits: 001 for `admin`, `token` and `authorize`; 002 for `quickstart`, `sign-in` and `sign-up`. */
export const defaultRules: LimitRules = {
  admin: { points: 100, windowSeconds: 60, by: 'credential', headers: 'x-ratelimit' },
  token: { points: 300, windowSeconds: 60, by: 'credential', headers: 'x-ratelimit' },
  // A warm authorize asks no database, so it must not ask Redis each time either.
  authorize: {
    points: 1000,
    windowSeconds: 60,
    by: 'credential',
    headers: 'x-ratelimit',
    reserveShare: 0.01,
  },
  platform: { points: 600, windowSeconds: 60, by: 'credential', headers: 'x-ratelimit' },
  quickstart: { points: 500, windowSeconds: 900, by: 'ip', headers: 'ratelimit' },
  'sign-in': { points: 5, windowSeconds: 60, by: 'ip', headers: 'ratelimit' },
  'sign-up': { points: 3, windowSeconds: 60, by: 'ip', headers: 'ratelimit' },
  mail: { points: 6, windowSeconds: 3600, by: 'ip', headers: 'ratelimit' },
  invite: { points: 100, windowSeconds: 3600, by: 'credential', headers: 'x-ratelimit' },
  edge: { points: 3000, windowSeconds: 60, by: 'ip', headers: 'x-ratelimit', reserveShare: 0.01 },
};

/**
 * The rules with the points that the environment sets, e.g. `LIMIT_ADMIN=1000`, `LIMIT_SIGN_IN=50`.
 * Windows stay as they are. Throws a TypeError that names every variable which is not a whole number from 1 to 1e9.
 */
export function rulesFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  rules: LimitRules = defaultRules,
): LimitRules {
  const faults: string[] = [];
  const changed = Object.entries(rules).map(([name, rule]) => {
    const variable = `LIMIT_${name.toUpperCase().replaceAll('-', '_')}`;
    const text = environment[variable];
    if (text === undefined || text === '') return [name, rule];
    const points = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
    if (points < 1 || points > 1e9) faults.push(variable);
    return [name, { ...rule, points }];
  });
  if (faults.length > 0) throw new TypeError(`${faults.join(', ')} must be a whole number from 1 to 1e9`);
  return Object.fromEntries(changed) as LimitRules;
}
