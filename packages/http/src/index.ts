export {
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
export { createLogger, type Logger } from './logger.ts';
export { createServiceApp, type OwnCredentialVerifier, type ServiceAppOptions } from './service-app.ts';
