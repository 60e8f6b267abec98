/**
 * The revocation protocol: no call sent after a revoke has returned is accepted by any service. Services run LeaseHolder,
 * AnswerCache and Resolver; platform runs RevocationBarrier and HolderRemoval. All are pure but for their ports.
 */
export { heimdallSubjectKinds, platformSubjectKinds } from './ports.ts';
export type {
  Answer,
  CancelTimer,
  Clock,
  Introspect,
  InvalidationBus,
  InvalidationPush,
  InvalidationRow,
  LeaseAuthority,
  Renewal,
  Subject,
  Unsubscribe,
} from './ports.ts';
export * as protocol from './protocol.ts';
export { systemClock } from './system-clock.ts';
export { TimeoutError, withTimeout } from './with-timeout.ts';
export { AnswerCache } from './answer-cache.ts';
export { LeaseHolder, type LeaseHolderPorts } from './lease-holder.ts';
export { IntrospectionUnavailable, Resolver, type ResolverKey, type ResolverPorts } from './resolver.ts';
export {
  RevocationBarrier,
  type CommittedChange,
  type Passed,
  type RevocationBarrierPorts,
} from './revocation-barrier.ts';
export { HolderRemoval } from './holder-removal.ts';
