import type { ActionDeclaration } from '@pcft/policy';
import { auditOperations } from './audit/index.ts';
import { heimdallAdminOperations } from './heimdall-admin/index.ts';
import { authorizationOf, type Operation } from './operation.ts';
import { platformOperations } from './platform/index.ts';
import { projectsOperations } from './projects/index.ts';
import type { ServiceName } from './services.ts';
import { tokensOperations } from './tokens/index.ts';

/** Operations by service: the one list everything else is derived from. */
export const operationsByService: Record<ServiceName, Readonly<Record<string, Operation>>> = {
  platform: platformOperations,
  'heimdall-admin': heimdallAdminOperations,
  tokens: tokensOperations,
  audit: auditOperations,
  projects: projectsOperations,
};

export const allOperations: readonly Operation[] = Object.values(operationsByService).flatMap((operations) =>
  Object.values(operations),
);

/** Actions that the operations declare, once each, in the order of their names. */
export const actionCatalogue: readonly ActionDeclaration[] = buildCatalogue();

function buildCatalogue(): ActionDeclaration[] {
  const byAction = new Map<string, ActionDeclaration>();
  for (const operation of allOperations) {
    const authorization = authorizationOf(operation);
    if (!authorization || byAction.has(authorization.action)) continue;
    const { action, access, lowestRole, scopes, resource } = authorization;
    byAction.set(action, {
      action,
      access,
      lowestRole,
      scopes: [...scopes],
      description: operation.summary,
      resource,
    });
  }
  return [...byAction.values()].sort((a, b) => (a.action < b.action ? -1 : 1));
}
