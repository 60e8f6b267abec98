/**
 * The policy engine: pure functions over statements, no I/O. A PAT's policy is compiled once (`compilePolicy`) and
 * decided many times (`decide`), each decision explained layer by layer.
 */
export type {
  AccessLevel,
  ActionDeclaration,
  Conditions,
  Decision,
  Effect,
  Explanation,
  LayerName,
  PolicyFault,
  Reason,
  Role,
  Statement,
} from './types.ts';
export { isAction, isActionPattern, matchesAction, MAX_ACTION_LENGTH } from './action-pattern.ts';
export { isResourcePattern, isUrn, matchesResource, MAX_RESOURCE_LENGTH } from './resource-pattern.ts';
export { compilePolicy, PolicySyntaxError, type CompiledPolicy } from './compile-policy.ts';
export { actionCovers, resourceCovers } from './pattern-covers.ts';
export { findIdleStatements, type IdleStatement } from './idle-statements.ts';
export { evaluate, type Evaluation } from './evaluate.ts';
export { findOutside, type Outside } from './outside-statements.ts';
export { roleAllows, findTooWide, type TooWide } from './role-cap.ts';
export { canonicalIpRange, isIpRange, ipRangeCovers } from './ip-range.ts';
export { unmetCondition, validateConditions, MAX_IP_RANGES } from './conditions.ts';
export { decide, ALWAYS_ENABLED_SERVICES, type DecisionInput } from './decide.ts';
export { validateStatements, POLICY_LIMITS } from './validate-statements.ts';
export {
  belongsToScope,
  compileKind,
  compileScopes,
  isScope,
  KEY_KINDS,
  SCOPE_AREAS,
  SCOPES,
  type KeyKind,
  type KindRequest,
  type Scope,
  type ShorthandContext,
} from './compile-shorthand.ts';
