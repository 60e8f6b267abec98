/** The words of the policy language. Everything here is data: no behaviour, no I/O. */

export type Effect = 'allow' | 'deny';

/** One statement of a policy. A statement applies when any action pattern and any resource pattern match. */
export interface Statement {
  effect: Effect;
  actions: string[];
  resources: string[];
}

export type Role = 'owner' | 'admin' | 'member';

/** What kind of access an action is; scopes and key kinds are defined by it. */
export type AccessLevel = 'list' | 'read' | 'write' | 'delete' | 'permissions';

/** One entry of the action catalogue, taken from an operation's declaration. */
export interface ActionDeclaration {
  /** `area[.resource].verb`, e.g. `workspace.audit.read`. */
  action: string;
  access: AccessLevel;
  /** The lowest role that may hold or grant the action. */
  lowestRole: Role;
  /** Areas of document 002's scopes the action belongs to (`members`), or such scopes in full (`members:read`). */
  scopes: string[];
  description: string;
  /** URN template, e.g. `pcft:heimdall:app/{app}`. */
  resource: string;
}

export type LayerName = 'policy' | 'role_cap' | 'pin' | 'service' | 'conditions' | 'boundary';

export type Reason =
  | 'explicit-deny'
  | 'allowed'
  | 'no-match'
  | 'role-too-low'
  | 'pinned-elsewhere'
  | 'service-disabled'
  | 'ip'
  | 'not-before'
  | 'not-after';

/**
 * What one layer said. `statement` is an index into the statements of that layer, or null: those of the credential
 * (`policy`), of the account's custom role (`role_cap`), of the ancestor that denies (`boundary`).
 */
export interface Explanation {
  layer: LayerName;
  effect: Effect;
  reason: Reason;
  statement: number | null;
}

/** A decision with what decided it; `layers` holds every layer's word in evaluation order. */
export interface Decision {
  allowed: boolean;
  action: string;
  resource: string;
  deciding: Explanation;
  layers: Explanation[];
}

/** Limits of place and time on a credential. Times are ISO 8601; an absent member does not limit. */
export interface Conditions {
  /** CIDR ranges or single addresses, v4 or v6; the caller's address has to be in one. */
  ip?: string[];
  not_before?: string;
  not_after?: string;
}

/** A fault of a submitted policy or of its conditions; `field` is a path such as `policy[2].actions[0]`. */
export interface PolicyFault {
  field: string;
  reason: string;
}
