export {
  serviceNames,
  workspaceServiceOf,
  workspaceServices,
  type ServiceName,
  type WorkspaceService,
} from './services.ts';
export {
  authorizationOf,
  faultsOf,
  operation,
  type Access,
  type Authorization,
  type BodyOf,
  type Method,
  type Operation,
  type OwnCredential,
  type ParamsOf,
  type QueryOf,
  type RateClass,
  type Success,
  type SuccessOf,
  type WorkspaceSource,
} from './operation.ts';
export { actionCatalogue, allOperations, operationsByService } from './catalogue.ts';
export { dialectForPath, routeTable, type Route } from './routes.ts';
export { isCalledByPages } from './cross-origin.ts';
export { idempotencyKeyHeader, replayedHeader } from './idempotency.ts';
export { openApiDocument } from './openapi.ts';
export { envelopeSchema } from './envelope.ts';
export { auditOperations } from './audit/index.ts';
export { heimdallAdminOperations } from './heimdall-admin/index.ts';
export {
  defaultAppSettings,
  type AppSettings,
  type AppSettingsPatch,
  type MailKind,
} from './heimdall-admin/app-settings.ts';
export { platformOperations } from './platform/index.ts';
export { projectsOperations } from './projects/index.ts';
export { tokensOperations } from './tokens/index.ts';
