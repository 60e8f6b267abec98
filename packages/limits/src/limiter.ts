import { hash } from 'node:crypto';
import { limitHeaders } from './limit-headers.ts';
import type { LimitStanding } from './limit-headers.ts';
import { MemoryWindow } from './memory-window.ts';
import type { WindowCount } from './memory-window.ts';
import { RedisWindow } from './redis-window.ts';
import type { LimitStore } from './redis-window.ts';
import { Reservations } from './reservations.ts';
import { rulesFromEnvironment } from './rules.ts';
import type { LimitClass, LimitRule, LimitRules, RateClass } from './rules.ts';

export interface LimitVerdict extends LimitStanding {
  /** To be set on the response as they are; empty for the classes without a limit. Includes Retry-After when refused. */
  headers: Record<string, string>;
}

export interface LimiterOptions {
  redisUrl: string;
  /** Default: `defaultRules` with the points of `LIMIT_<CLASS>` from `environment`. */
  rules?: LimitRules;
  environment?: Readonly<Record<string, string | undefined>>;
  /** How long Redis may be silent before calls are counted in memory, in milliseconds. */
  timeoutMs?: number;
  /** Told once when Redis is lost and once when it is back; never told a subject. */
  onStoreChange?: (store: LimitStore, cause?: Error) => void;
}

export interface Limiter {
  /**
   * Counts one call of `subject` (a credential or an address; only its digest leaves this process).
   * Never rejects, and waits at most `timeoutMs` for a silent Redis.
   *
   * @param multiplier times the rule's points, as the plan has it; each has a window of its own
   */
  consume(rateClass: RateClass | LimitClass, subject: string, multiplier?: number): Promise<LimitVerdict>;
  /** Where calls are counted at this moment. Losing Redis is no reason to be unready: the limits go on. */
  health(): LimitStore;
  close(): Promise<void>;
}

const unlimited: LimitVerdict = {
  allowed: true,
  limit: Infinity,
  remaining: Infinity,
  resetAtMs: 0,
  headers: {},
};

/** Fixed windows in Redis, exact over all processes; per process while Redis is away. Throws on faulty `LIMIT_*`. */
export function createLimiter(options: LimiterOptions): Limiter {
  const rules = options.rules ?? rulesFromEnvironment(options.environment ?? process.env);
  const memory = new MemoryWindow();
  const reservations = new Reservations();
  const redis = new RedisWindow({
    url: options.redisUrl,
    timeoutMs: options.timeoutMs ?? 150,
    ...(options.onStoreChange && { onStoreChange: options.onStoreChange }),
  });

  async function count(
    key: string,
    { points, windowSeconds }: LimitRule,
    size: number,
  ): Promise<WindowCount> {
    const inRedis = (taken: number) => redis.consume(key, windowSeconds, taken);
    const counted = size > 1 ? await reservations.consume(key, points, size, inRedis) : await inRedis(1);
    if (counted === undefined) return memory.consume(key, windowSeconds * 1000);
    memory.remember(key, counted);
    return counted;
  }

  return {
    async consume(rateClass, subject, multiplier = 1) {
      if (rateClass === 'none' || rateClass === 'internal') return unlimited;
      const rule = { ...rules[rateClass], points: rules[rateClass].points * multiplier };
      const window = multiplier === 1 ? rateClass : `${rateClass}*${multiplier}`;
      const key = `${window}:${hash('sha256', subject, 'base64url').slice(0, 22)}`;
      const size = Math.floor(rule.points * (rule.reserveShare ?? 0));
      const taken = size > 1 && redis.store === 'redis' ? reservations.take(key, rule.points) : undefined;
      return verdictOf(rule, taken ?? (await count(key, rule, size)));
    },
    health: () => redis.store,
    async close() {
      redis.close();
    },
  };
}

function verdictOf(rule: LimitRule, { consumed, resetAtMs }: WindowCount): LimitVerdict {
  const standing = {
    allowed: consumed <= rule.points,
    limit: rule.points,
    remaining: Math.max(0, rule.points - consumed),
    resetAtMs,
  };
  return { ...standing, headers: limitHeaders(rule.headers, standing) };
}
