import type { WorkspaceAccess } from '@pcft/auth';
import {
  workspaceServices,
  type platformOperations as operations,
  type WorkspaceService,
} from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import type { PlanName } from '@pcft/plans';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import { memberToWire } from '../members/routes.ts';
import { createWorkspace } from './create-workspace.ts';
import type { PrismaWorkspaceStore, Window, Workspace } from './prisma-workspace-store.ts';

type WorkspaceOperations = Pick<
  typeof operations,
  'listWorkspaces' | 'createWorkspace' | 'getWorkspace' | 'listMembers' | 'listServices'
>;

/** What the services of a workspace are called. */
export const serviceNames: Record<WorkspaceService, string> = {
  platform: 'Platform',
  heimdall: 'Heimdall',
  audit: 'Audit log',
  projects: 'Projects',
};

export function workspaceHandlers(ports: {
  readonly workspaces: PrismaWorkspaceStore;
  readonly changes: ChangeCommitter;
  readonly restoreDays: number;
}): Handlers<WorkspaceOperations> {
  const { workspaces, restoreDays } = ports;

  async function listClosed({ principal }: Pick<Call, 'principal'>, window: Window) {
    if (principal?.type !== 'session' || principal.accountId === null)
      throw new Fault('policy-denied', {
        message: 'Only an owner who is signed in may see closed workspaces',
        details: [
          { field: 'policy', reason: 'a session is needed; to every token a closed workspace is absent' },
        ],
      });
    const owner = { ownerId: principal.accountId, restoreDays };
    const { items, total } = await workspaces.listClosed(owner, window);
    return {
      items: items.map((item) => ({
        ...toWire(item, asOwner),
        closed_at: item.closedAt.toISOString(),
        restorable_until: item.restorableUntil.toISOString(),
      })),
      total,
    };
  }

  return {
    async listWorkspaces(call) {
      if (call.query.state === 'closed') return listClosed(call, windowOf(call.query));
      const held = new Map(call.visible.map((access) => [access.id, access]));
      const { items, total } = await workspaces.list([...held.keys()], windowOf(call.query));
      return { items: items.map((item) => toWire(item, held.get(item.id) ?? null)), total };
    },

    async createWorkspace(call) {
      const ownerId = call.principal?.accountId;
      if (!ownerId) throw new Fault('credential-missing');
      const { slug, display_name: displayName, mode = 'live' } = call.body;
      const workspace = await createWorkspace(ports, { slug, displayName, ownerId, mode }, call.audit);
      return toWire(workspace, asOwner);
    },

    async getWorkspace(call) {
      const access = accessOf(call);
      const workspace = await workspaces.find(access.id);
      if (!workspace) throw new Fault('not-found');
      return toWire(workspace, access);
    },

    async listMembers(call) {
      const { items, total } = await workspaces.listMembers(accessOf(call).id, windowOf(call.query));
      return {
        items: items.map(memberToWire),
        total,
      };
    },

    async listServices(call) {
      const { services } = accessOf(call);
      const { limit, offset } = windowOf(call.query);
      const items = workspaceServices
        .slice(offset, offset + limit)
        .map((id) => ({ id, display_name: serviceNames[id], enabled: services.includes(id) }));
      return { items, total: workspaceServices.length };
    },
  };
}

/** The workspace that was decided on; the pipeline calls no handler without it. */
export function accessOf({ access }: Pick<Call, 'access'>): WorkspaceAccess {
  if (access === null) throw new Fault('not-found');
  return access;
}

/** Its name beside the base, which is all that the seeds' own fields can say; `null`: a built-in role. */
export function customRoleToWire(
  held: { readonly customRole: { readonly id: string; readonly name: string } | null } | null,
) {
  const custom = held?.customRole;
  return custom ? { id: custom.id, name: custom.name } : null;
}

/** The schema fills in the defaults; its type does not say so. */
function windowOf({ limit = 20, offset = 0 }: Partial<Window>): Window {
  return { limit, offset };
}

/** What the caller is in a workspace. */
type Held = Pick<WorkspaceAccess, 'role' | 'customRole'>;

export const asOwner: Held = { role: 'owner', customRole: null };

export function toWire(workspace: Workspace, held: Held | null) {
  const { id, slug, displayName, createdAt, updatedAt, plan, mode } = workspace;
  return {
    id,
    slug,
    display_name: displayName,
    role: held?.role ?? null,
    custom_role: customRoleToWire(held),
    // Both are checks of the table.
    plan: plan as PlanName,
    mode: mode as 'live' | 'test',
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}
