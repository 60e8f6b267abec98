import type { CompiledPolicy } from './compile-policy.ts';
import { unmetCondition } from './conditions.ts';
import { evaluate } from './evaluate.ts';
import { roleAllows } from './role-cap.ts';
import type { Conditions, Decision, Explanation, LayerName, Reason, Role } from './types.ts';

/** Services that no workspace can switch off: without platform nobody could switch anything on again. */
export const ALWAYS_ENABLED_SERVICES: readonly string[] = ['platform'];

export interface DecisionInput {
  action: string;
  /** The URN of the addressed resource, or of its collection for creating and listing. */
  resource: string;
  /** From the action's declaration. */
  lowestRole: Role;
  /** The service the action belongs to, e.g. `heimdall`. */
  service: string;
  policy: CompiledPolicy;
  /** The account's role in the owning workspace at this moment; null: not a member. */
  role: Role | null;
  /** True when the credential is pinned to another workspace than the one that owns the resource. */
  pinned: boolean;
  enabledServices: readonly string[];
  conditions: Conditions | null;
  clientIp: string;
  now: Date;
  /** Replaces ALWAYS_ENABLED_SERVICES. */
  alwaysEnabled?: readonly string[];
}

/**
 * The AND of the layers. All are evaluated and reported, in the order pin, role_cap, service, conditions, policy:
 * from what the caller cannot change to what a wider policy would mend. The deciding layer is the first that denies,
 * so that nobody is told to widen a policy that would not help; when none denies it is the policy, with the
 * statement that allowed.
 */
export function decide(input: DecisionInput): Decision {
  const { action, resource, lowestRole, service, role } = input;
  const alwaysEnabled = input.alwaysEnabled ?? ALWAYS_ENABLED_SERVICES;
  const enabled = alwaysEnabled.includes(service) || input.enabledServices.includes(service);
  const policy: Explanation = { layer: 'policy', ...evaluate(input.policy, action, resource) };
  const layers: Explanation[] = [
    explain('pin', input.pinned ? 'pinned-elsewhere' : null),
    explain('role_cap', role !== null && roleAllows(role, lowestRole) ? null : 'role-too-low'),
    explain('service', enabled ? null : 'service-disabled'),
    explain('conditions', unmetCondition(input.conditions, input.clientIp, input.now)),
    policy,
  ];
  const deciding = layers.find(({ effect }) => effect === 'deny') ?? policy;
  return { allowed: deciding.effect === 'allow', action, resource, deciding, layers };
}

function explain(layer: LayerName, denial: Reason | null): Explanation {
  return { layer, effect: denial === null ? 'allow' : 'deny', reason: denial ?? 'allowed', statement: null };
}
