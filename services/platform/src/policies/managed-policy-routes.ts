import type { platformOperations as operations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import { createPolicy, type PolicyEditor, type PolicyPorts } from './create-policy.ts';
import { deletePolicy } from './delete-policy.ts';
import type { ManagedPolicy, PolicyVersion } from './managed-policy.ts';
import { warningsOf } from './policy-warnings.ts';
import { updatePolicy } from './update-policy.ts';

type ManagedPolicyOperations = Pick<
  typeof operations,
  | 'createPolicy'
  | 'listPolicies'
  | 'getPolicy'
  | 'updatePolicy'
  | 'deletePolicy'
  | 'listPolicyVersions'
  | 'getPolicyVersion'
>;

export function managedPolicyHandlers(ports: PolicyPorts): Handlers<ManagedPolicyOperations> {
  const { policies } = ports;

  async function found(id: string, workspaceId: string): Promise<ManagedPolicy> {
    const policy = await policies.find(id, workspaceId);
    if (!policy) throw new Fault('not-found');
    return policy;
  }

  return {
    async createPolicy(call) {
      const { name, description = '', statements } = call.body;
      const input = { name, description, statements };
      return withWarnings(await createPolicy(ports, editorOf(call), input, call.audit));
    },

    async listPolicies(call) {
      const { limit = 20, offset = 0 } = call.query;
      const { items, total } = await policies.list(editorOf(call).workspaceId, { limit, offset });
      return { items: items.map(toWire), total };
    },

    async getPolicy(call) {
      return withWarnings(await found(call.params.policy, editorOf(call).workspaceId));
    },

    async updatePolicy(call) {
      const { name = null, description = null, statements = null, version = null } = call.body;
      const { expected_version: expectedVersion = null } = call.body;
      const update = { name, description, statements, version, expectedVersion };
      return withWarnings(await updatePolicy(ports, editorOf(call), call.params.policy, update, call.audit));
    },

    async deletePolicy(call) {
      await deletePolicy(ports, editorOf(call), call.params.policy, call.audit);
    },

    async listPolicyVersions(call) {
      const { id } = await found(call.params.policy, editorOf(call).workspaceId);
      const { limit = 20, offset = 0 } = call.query;
      const { items, total } = await policies.listVersions(id, { limit, offset });
      return { items: items.map(versionToWire), total };
    },

    async getPolicyVersion(call) {
      const { id } = await found(call.params.policy, editorOf(call).workspaceId);
      const version = await policies.findVersion(id, call.params.version);
      if (!version) throw new Fault('not-found');
      return versionToWire(version);
    },
  };
}

/** Who was let in, and where; the pipeline calls no handler without the two. */
export function editorOf({ principal, access }: Pick<Call, 'principal' | 'access'>): PolicyEditor {
  if (principal === null || access === null) throw new Fault('not-found');
  return { principal, workspaceId: access.id };
}

function toWire(policy: ManagedPolicy) {
  const { id, name, description, version, statements, tokens, roles } = policy;
  return {
    id,
    workspace_id: policy.workspaceId,
    name,
    description,
    version,
    statements: [...statements],
    attached: { tokens, roles },
    created_at: policy.createdAt.toISOString(),
    updated_at: policy.updatedAt.toISOString(),
  };
}

function withWarnings(policy: ManagedPolicy) {
  return { ...toWire(policy), warnings: warningsOf(policy.statements) };
}

function versionToWire({ policyId, version, current, statements, createdBy, createdAt }: PolicyVersion) {
  return {
    policy_id: policyId,
    version,
    current,
    statements: [...statements],
    created_by: createdBy,
    created_at: createdAt.toISOString(),
  };
}
