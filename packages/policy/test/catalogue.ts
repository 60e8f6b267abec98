import type { AccessLevel, ActionDeclaration, Role } from '../src/index.ts';

/** A catalogue entry; the parts that no rule reads are filled in. */
export function declare(
  action: string,
  access: AccessLevel,
  lowestRole: Role,
  scopes: string[] = [],
): ActionDeclaration {
  return { action, access, lowestRole, scopes, description: action, resource: 'pcft:test:thing/{thing}' };
}

export const catalogue: readonly ActionDeclaration[] = [
  declare('workspace.read', 'read', 'member'),
  declare('workspace.delete', 'delete', 'owner'),
  declare('workspace.member.list', 'list', 'member', ['members']),
  declare('workspace.member.update', 'permissions', 'admin', ['members']),
  declare('workspace.member.remove', 'delete', 'admin', ['members']),
  declare('workspace.audit.read', 'read', 'admin'),
  declare('account.read', 'read', 'member', ['user:read']),
  declare('heimdall.app.list', 'list', 'admin'),
  declare('heimdall.app.create', 'write', 'admin'),
];
