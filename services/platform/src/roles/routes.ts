import type { platformOperations as operations, SuccessOf } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import { editorOf } from '../policies/managed-policy-routes.ts';
import { createRole, deleteRole, updateRole, type RolePorts } from './change-role.ts';
import { builtInRoles, isBuiltInRole, type BuiltInRole, type WorkspaceRole } from './workspace-role.ts';

type RoleOperations = Pick<
  typeof operations,
  | 'createWorkspaceRole'
  | 'listWorkspaceRoles'
  | 'getWorkspaceRole'
  | 'updateWorkspaceRole'
  | 'deleteWorkspaceRole'
>;

type Body = SuccessOf<RoleOperations['getWorkspaceRole']>;

export function roleHandlers(ports: RolePorts): Handlers<RoleOperations> {
  const { roles } = ports;
  return {
    async createWorkspaceRole(call) {
      const { policy_ids: policyIds, ...input } = call.body;
      return toWire(await createRole(ports, editorOf(call), { ...input, policyIds }, call.audit));
    },

    async listWorkspaceRoles(call) {
      const { limit = 20, offset = 0 } = call.query;
      const { workspaceId } = editorOf(call);
      const counts = await roles.countBuiltIn(workspaceId);
      const builtIn = builtInRoles
        .slice(offset, offset + limit)
        .map((role) => builtInToWire(role, counts.get(role) ?? 0));
      const { items, total } = await roles.page(workspaceId, {
        limit: limit - builtIn.length,
        offset: Math.max(0, offset - builtInRoles.length),
      });
      return { items: [...builtIn, ...items.map(toWire)], total: builtInRoles.length + total };
    },

    async getWorkspaceRole(call) {
      const { workspaceId } = editorOf(call);
      const { role: reference } = call.params;
      if (isBuiltInRole(reference)) {
        const counts = await roles.countBuiltIn(workspaceId);
        return builtInToWire(reference, counts.get(reference) ?? 0);
      }
      const role = await roles.find(reference, workspaceId);
      if (!role) throw new Fault('not-found');
      return toWire(role);
    },

    async updateWorkspaceRole(call) {
      const { policy_ids: policyIds, expected_version: expectedVersion = null, ...input } = call.body;
      const update = { ...input, policyIds, expectedVersion };
      return toWire(await updateRole(ports, editorOf(call), call.params.role, update, call.audit));
    },

    async deleteWorkspaceRole(call) {
      await deleteRole(ports, editorOf(call), call.params.role, call.audit);
    },
  };
}

const builtInDescriptions: Record<BuiltInRole, string> = {
  owner: 'Everything, closing the workspace and naming owners included',
  admin: 'Everything but what only owners may do',
  member: 'The own account and keys, the workspace, its members, and project work',
};

function builtInToWire(role: BuiltInRole, members: number): Body {
  return {
    id: role,
    name: role,
    description: builtInDescriptions[role],
    built_in: true,
    base: role,
    statements: null,
    policy_ids: [],
    policy: null,
    members,
    version: null,
    created_at: null,
    updated_at: null,
  };
}

function toWire(role: WorkspaceRole): Body {
  const { id, name, description, base, members, version } = role;
  return {
    id,
    name,
    description,
    built_in: false,
    base,
    statements: [...role.statements],
    policy_ids: [...role.policyIds],
    policy: [...role.inForce],
    members,
    version,
    created_at: role.createdAt.toISOString(),
    updated_at: role.updatedAt.toISOString(),
  };
}
