import { auditOperations } from '@pcft/contracts';
import { createServiceApp, type ServiceAppOptions } from '@pcft/http';
import type { AuditLogStore } from './audit-log/audit-log-store.ts';
import type { UsageReader } from './usage/prisma-usage-store.ts';
import { usageHandlers } from './usage/routes.ts';
import { auditLogHandlers } from './audit-log/routes.ts';

type HttpOptions = Omit<ServiceAppOptions<typeof auditOperations>, 'service' | 'operations' | 'handlers'>;

export interface AppOptions {
  readonly deps: { readonly auditLog: AuditLogStore; readonly usage: UsageReader };
  readonly http: HttpOptions;
}

/** The log's HTTP side. Events come in over NATS (src/ingest), not here. */
export function createAuditApp({ deps, http }: AppOptions): ReturnType<typeof createServiceApp> {
  return createServiceApp({
    ...http,
    service: 'audit',
    operations: auditOperations,
    handlers: { ...auditLogHandlers(deps), ...usageHandlers(deps) },
  });
}
