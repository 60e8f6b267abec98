import { auditOperations } from '@pcft/contracts';
import { createServiceApp, type ServiceAppOptions } from '@pcft/http';
import type { AppOwners } from './audit-log/app-owners.ts';
import type { AuditLogStore } from './audit-log/audit-log-store.ts';
import { locateApp } from './audit-log/locate-app.ts';
import type { UsageReader } from './usage/prisma-usage-store.ts';
import { usageHandlers } from './usage/routes.ts';
import { auditLogHandlers } from './audit-log/routes.ts';
import { countHandlers } from './counts/routes.ts';
import type { CountStore } from './counts/prisma-count-store.ts';
import { exportHandlers } from './export/routes.ts';
import { checkpointHandlers, type CheckpointDeps } from './checkpoints/routes.ts';
import { tokenReportHandlers, type TokenReportDeps } from './token-reports/routes.ts';
import { sinkHandlers, type SinkDeps } from './sinks/routes.ts';
import { tailHandlers, type TailDeps } from './tail/routes.ts';

type HttpOptions = Omit<
  ServiceAppOptions<typeof auditOperations>,
  'service' | 'operations' | 'handlers' | 'locators'
>;

export interface AppOptions {
  readonly deps: CheckpointDeps &
    TailDeps &
    TokenReportDeps &
    SinkDeps & {
      readonly auditLog: AuditLogStore;
      readonly appOwners: AppOwners;
      readonly usage: UsageReader;
      readonly counts: CountStore;
    };
  readonly http: HttpOptions;
}

/** The log's HTTP side. Events come in over NATS (src/ingest), not here. */
export function createAuditApp({ deps, http }: AppOptions): ReturnType<typeof createServiceApp> {
  return createServiceApp({
    ...http,
    service: 'audit',
    operations: auditOperations,
    handlers: {
      ...auditLogHandlers(deps),
      ...checkpointHandlers(deps),
      ...exportHandlers(deps),
      ...usageHandlers(deps),
      ...tailHandlers(deps),
      ...sinkHandlers(deps),
      ...countHandlers(deps),
      ...tokenReportHandlers(deps),
    },
    locators: { app: locateApp(deps.appOwners) },
  });
}
