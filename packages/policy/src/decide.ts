import type { CompiledPolicy } from './compile-policy.ts';
import { unmetCondition } from './conditions.ts';
import { evaluateAt, segmentsOf, type Evaluation } from './evaluate.ts';
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
  /**
   * Policies of the tokens it was minted with, as they are at this moment; each has to allow too. Empty where nothing
   * of them can have changed since.
   */
  boundaries?: readonly CompiledPolicy[];
  /** The account's role in the owning workspace at this moment; null: not a member. */
  role: Role | null;
  /** What a custom role cuts its base, `role`, to. */
  rolePolicy?: CompiledPolicy | null;
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
 * The AND of the layers. All are evaluated and reported, in the order pin, role_cap, service, conditions, boundary
 * (where there is one), policy: from what the caller cannot change to what a wider policy would mend. The deciding layer is the first that denies,
 * so that nobody is told to widen a policy that would not help; when none denies it is the policy, with the
 * statement that allowed.
 */
export function decide(input: DecisionInput): Decision {
  const { action, resource, lowestRole, service, role } = input;
  const alwaysEnabled = input.alwaysEnabled ?? ALWAYS_ENABLED_SERVICES;
  const enabled = alwaysEnabled.includes(service) || input.enabledServices.includes(service);
  const segments = segmentsOf(resource);
  const ask = (policy: CompiledPolicy) => evaluateAt(policy, action, segments);
  const policy: Explanation = { layer: 'policy', ...ask(input.policy) };
  const layers: Explanation[] = [
    explain('pin', input.pinned ? 'pinned-elsewhere' : null),
    roleLayer(role !== null && roleAllows(role, lowestRole), input.rolePolicy, ask),
    explain('service', enabled ? null : 'service-disabled'),
    explain('conditions', unmetCondition(input.conditions, input.clientIp, input.now)),
  ];
  if (input.boundaries !== undefined && input.boundaries.length > 0)
    layers.push(boundaryLayer(input.boundaries.map(ask)));
  layers.push(policy);
  const deciding = layers.find(({ effect }) => effect === 'deny') ?? policy;
  return { allowed: deciding.effect === 'allow', action, resource, deciding, layers };
}

/** The base of a role comes first: where it is too low, no statement of a custom role would help. */
function roleLayer(
  baseAllows: boolean,
  rolePolicy: CompiledPolicy | null | undefined,
  ask: (policy: CompiledPolicy) => Evaluation,
): Explanation {
  if (!baseAllows || !rolePolicy) return explain('role_cap', baseAllows ? null : 'role-too-low');
  return { layer: 'role_cap', ...ask(rolePolicy) };
}

/** The first ancestor that denies, else the last word of the parent. */
function boundaryLayer(said: readonly Evaluation[]): Explanation {
  const deciding = said.find(({ effect }) => effect === 'deny') ?? said.at(-1);
  return deciding ? { layer: 'boundary', ...deciding } : explain('boundary', null);
}

function explain(layer: LayerName, denial: Reason | null): Explanation {
  return { layer, effect: denial === null ? 'allow' : 'deny', reason: denial ?? 'allowed', statement: null };
}
