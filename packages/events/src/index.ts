export { actorTypes, auditEventSchema, maxEventBytes, outcomes, type AuditEvent } from './event.ts';
export { eventFault, InvalidEvent, isStorable, serializeEvent } from './serialize-event.ts';
export {
  createOutbox,
  type Outbox,
  type OutboxMetric,
  type OutboxOptions,
  type OutboxStats,
  type TransactionClient,
  type TransactionId,
} from './outbox.ts';
export { OutboxUnavailable } from './outbox-unavailable.ts';
export { withinDeadline } from './within-deadline.ts';
export { createRelay, type Relay, type RelayMetric, type RelayOptions } from './relay.ts';
export { createBus } from './nats-bus.ts';
export {
  type Bus,
  type BusHandler,
  type BusMessage,
  type BusOptions,
  type BusStatus,
  type BusSubscription,
  type PublishOptions,
  type StreamOptions,
} from './bus.ts';
export { BusUnavailable } from './bus-unavailable.ts';
export {
  ingestSubject,
  isIngestRequest,
  type IngestAnswer,
  type IngestRequest,
  type IngestRow,
} from './ingest-request.ts';
export { closeEventPool, createEventPool, type EventPoolOptions } from './event-pool.ts';
