import type { Introspector } from '@pcft/auth';
import { actionCatalogue, type platformOperations as operations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import { belongsToScope, SCOPES, type Explanation, type IdleStatement } from '@pcft/policy';
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
      const { policy = null, pat_id, workspace_id, action, resource, ip = clientIp, time } = call.body;
      const simulated = await simulatePolicy(
        ports,
        { overview, clientIp },
        {
          policy,
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

function toWire({ workspaceId, role, tokenStatus, decision, idle }: Simulated) {
  const { allowed, action, resource, deciding, layers } = decision;
  return {
    allowed,
    action,
    resource,
    workspace_id: workspaceId,
    role,
    token_status: tokenStatus,
    deciding: explanationToWire(deciding),
    layers: layers.map(explanationToWire),
    warnings: idle.map((each) => ({ ...each, message: warningOf(each) })),
  };
}

function explanationToWire({ layer, effect, reason, statement }: Explanation) {
  return { layer, effect, reason, statement };
}

function warningOf({ statement, kind, by }: IdleStatement): string {
  return kind === 'shadowed'
    ? `statement ${statement} allows only what statement ${by} denies`
    : `statement ${statement} says nothing that statement ${by} does not say`;
}
