import type { platformOperations as operations, WorkspaceService } from '@pcft/contracts';
import type { Handlers } from '@pcft/http';
import { closeWorkspace, type WorkspaceClosingPorts } from './close-workspace.ts';
import { restoreWorkspace } from './restore-workspace.ts';
import { accessOf, asOwner, serviceNames, toWire } from './routes.ts';
import { updateService } from './update-service.ts';
import { updateWorkspace } from './update-workspace.ts';

type WorkspaceChanges = Pick<
  typeof operations,
  'updateWorkspace' | 'deleteWorkspace' | 'restoreWorkspace' | 'updateService'
>;

export function workspaceChangeHandlers(ports: WorkspaceClosingPorts): Handlers<WorkspaceChanges> {
  return {
    async updateWorkspace(call) {
      const access = accessOf(call);
      const { slug = null, display_name: displayName = null } = call.body;
      return toWire(await updateWorkspace(ports, access.id, { slug, displayName }, call.audit), access);
    },

    async deleteWorkspace(call) {
      const { id } = accessOf(call);
      const { closedAt, restorableUntil } = await closeWorkspace(ports, id, call.audit);
      return { id, closed_at: closedAt.toISOString(), restorable_until: restorableUntil.toISOString() };
    },

    async restoreWorkspace(call) {
      return toWire(await restoreWorkspace(ports, call.principal, call.params.ws, call.audit), asOwner);
    },

    async updateService(call) {
      const { service } = call.params;
      const { enabled } = call.body;
      await updateService(ports, accessOf(call).id, { service, enabled }, call.audit);
      return { id: service, display_name: serviceNames[service as WorkspaceService], enabled };
    },
  };
}
