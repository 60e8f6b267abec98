export {
  type ByteStream,
  type AuditFields,
  type Call,
  type CallAudit,
  type Handler,
  type Handlers,
  type Located,
  type Locator,
  type Page,
  type ReplyOf,
} from './call.ts';
export { createIdempotencyStore, type IdempotencyStore } from './idempotency/idempotency-store.ts';
export { listen, type Listening } from './listen.ts';
export { createLogger, type Logger } from './logger.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { runService } from './run-service.ts';
export { createServiceApp } from './service-app.ts';
export type { OwnCredentialVerifier, ServiceAppOptions } from './service-app-options.ts';
