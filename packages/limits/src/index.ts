export { defaultRules, rulesFromEnvironment } from './rules.ts';
export type { LimitClass, LimitRule, LimitRules, RateClass } from './rules.ts';
export { limitHeaders } from './limit-headers.ts';
export type { LimitStanding } from './limit-headers.ts';
export { addressSubject } from './address-subject.ts';
export { createLimiter } from './limiter.ts';
export type { Limiter, LimiterOptions, LimitVerdict } from './limiter.ts';
export type { LimitStore } from './redis-window.ts';
