import type { Introspector } from '@pcft/auth';
import { actionCatalogue, type platformOperations as operations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import { belongsToScope, SCOPES, type Explanation } from '@pcft/policy';
import { warningsOf } from './policy-warnings.ts';
import { simulatePolicy, type Simulated, type SimulationPorts } from './simulate-policy.ts';

type PolicyOperations = Pick<typeof operations, 'listActions' | 'simulatePolicy'>;

export function policyHandlers(
  ports: SimulationPorts & { readonly introspector: Pick<Introspector, 'overview'> },
): Handlers<PolicyOperations> {
  return {
    async listActions(call) {
      const { limit = 20, offset = 0 } = call.query;
      const items = actionCatalogue.slice(offset, offset + limit).map((declaration) => ({
        action: declaration.action,
        description: declaration.description,
        access: declaration.access,
        resource: declaration.resource,
        lowest_role: declaration.lowestRole,
        scopes: SCOPES.filter((scope) => belongsToScope(declaration, scope)),
      }));
      return { items, total: actionCatalogue.length };
    },

    async simulatePolicy(call) {
      if (call.credential === null) throw new Fault('credential-missing');
      const overview = await ports.introspector.overview(call.credential);
      // It was good a moment ago.
      if (overview.state !== 'active')
        throw new Fault(call.credential.kind === 'session' ? 'session-invalid' : 'api-key-invalid');
      const { clientIp } = call.request;
      const {
        policy = null,
        pat_id,
        policy_id,
        workspace_id,
        action,
        resource,
        ip = clientIp,
        time,
      } = call.body;
      const simulated = await simulatePolicy(
        ports,
        { overview, clientIp },
        {
          policy,
          policyId: policy_id ?? null,
          tokenId: pat_id ?? null,
          workspaceId: workspace_id ?? null,
          action,
          resource,
          ip,
          time: time === undefined ? new Date() : new Date(time),
        },
      );
      return toWire(simulated);
    },
  };
}

function toWire({ workspaceId, role, customRole, tokenStatus, decision, source, statements }: Simulated) {
  const { allowed, action, resource, deciding, layers } = decision;
  return {
    allowed,
    action,
    resource,
    workspace_id: workspaceId,
    role,
    custom_role: customRole,
    token_status: tokenStatus,
    deciding: explanationToWire(deciding),
    source: source && { policy_id: source.policyId, version: source.version, statement: source.statement },
    layers: layers.map(explanationToWire),
    warnings: warningsOf(statements),
  };
}

function explanationToWire({ layer, effect, reason, statement }: Explanation) {
  return { layer, effect, reason, statement };
}
