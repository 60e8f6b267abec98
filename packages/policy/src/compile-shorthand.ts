import { roleAllows } from './role-cap.ts';
import type { AccessLevel, ActionDeclaration, Role, Statement } from './types.ts';

/** Areas of document 002's scopes, each with `:read` and `:write`. `subscription` is the workspace's plan. */
export const SCOPE_AREAS = ['user', 'projects', 'members', 'subscription', 'api-keys'] as const;

type Area = (typeof SCOPE_AREAS)[number];
type PlainScope = 'read' | 'write' | 'delete' | 'admin';
export type Scope = PlainScope | `${Area}:${'read' | 'write'}`;

const PLAIN_SCOPES: Record<PlainScope, readonly AccessLevel[]> = {
  read: ['list', 'read'],
  write: ['write'],
  delete: ['delete'],
  admin: ['permissions'],
};

const AREA_SCOPES: Record<'read' | 'write', readonly AccessLevel[]> = {
  read: ['list', 'read'],
  write: ['write', 'delete'],
};

const KEY_LEVELS: readonly AccessLevel[] = [...AREA_SCOPES.write, 'permissions'];

/** Every scope there is, of documents 002 and 003. */
export const SCOPES: readonly Scope[] = [
  ...(Object.keys(PLAIN_SCOPES) as PlainScope[]),
  ...SCOPE_AREAS.flatMap((area): Scope[] => [`${area}:read`, `${area}:write`]),
];

export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text);
}

export const KEY_KINDS = ['full', 'read-only', 'read-write', 'custom'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** What a shorthand is compiled for. Shorthands are capped by the creator's role, never refused. */
export interface ShorthandContext {
  role: Role;
  catalogue: readonly ActionDeclaration[];
}

/** A key kind as submitted; `custom` names its resources and access levels itself. */
export type KindRequest =
  | { kind: 'full' | 'read-only' | 'read-write' }
  | { kind: 'custom'; resources: string[]; access: AccessLevel[] };

/**
 * Statements for a key kind (documents 003, 004). Actions are written out, so that a later promotion of the creator
 * does not widen the key. An owner's `full` is `*`, as no role is above it. Empty when the role has nothing of it.
 */
export function compileKind(request: KindRequest, context: ShorthandContext): Statement[] {
  switch (request.kind) {
    case 'full':
      if (context.role === 'owner') return grant(['*'], ['*']);
      return grant(
        actionsOf(context, () => true),
        ['*'],
      );
    case 'read-only':
      return grant(actionsOf(context, hasAccess(['list', 'read'])), ['*']);
    case 'read-write':
      return grant(actionsOf(context, hasAccess(['list', 'read', 'write', 'delete'])), ['*']);
    case 'custom':
      return grant(actionsOf(context, hasAccess(request.access)), request.resources);
  }
}

/**
 * Statements for scopes (documents 002, 003), one per scope that has anything in it, in the order given. Throws
 * RangeError for a text that is no scope; check with `isScope` first.
 */
export function compileScopes(
  scopes: readonly string[],
  context: ShorthandContext,
  resources: readonly string[] = ['*'],
): Statement[] {
  return scopes.flatMap((scope) => {
    if (!isScope(scope)) throw new RangeError('unknown scope');
    return grant(
      actionsOf(context, (declaration) => belongsToScope(declaration, scope)),
      resources,
    );
  });
}

/**
 * Whether an action is part of a scope, by its access level and, for 002's, its area. `api-keys:write` is all that can
 * be done to keys, and that is of the level `permissions`.
 */
export function belongsToScope(declaration: ActionDeclaration, scope: Scope): boolean {
  if (isPlainScope(scope)) return PLAIN_SCOPES[scope].includes(declaration.access);
  const [area, verb] = scope.split(':') as [Area, 'read' | 'write'];
  const declared = declaration.scopes.includes(area) || declaration.scopes.includes(scope);
  const levels = verb === 'write' && area === 'api-keys' ? KEY_LEVELS : AREA_SCOPES[verb];
  return declared && levels.includes(declaration.access);
}

function isPlainScope(scope: Scope): scope is PlainScope {
  return Object.hasOwn(PLAIN_SCOPES, scope);
}

function hasAccess(levels: readonly AccessLevel[]): (declaration: ActionDeclaration) => boolean {
  return ({ access }) => levels.includes(access);
}

function actionsOf(
  { role, catalogue }: ShorthandContext,
  isWanted: (declaration: ActionDeclaration) => boolean,
): string[] {
  const wanted = catalogue.filter((entry) => roleAllows(role, entry.lowestRole) && isWanted(entry));
  return [...new Set(wanted.map(({ action }) => action))];
}

function grant(actions: string[], resources: readonly string[]): Statement[] {
  return actions.length === 0 ? [] : [{ effect: 'allow', actions, resources: [...resources] }];
}
