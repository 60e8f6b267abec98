import { Fault } from '@pcft/errors';
import type { Role } from '@pcft/policy';
import type { Transaction } from '../database.ts';
import type { RoleCap } from '../policies/role-cap.ts';
import type { PrismaRoleStore } from './prisma-role-store.ts';
import { isBuiltInRole } from './workspace-role.ts';

/** A role that somebody is given, with what it allows as it is now. */
export interface GivenRole {
  /** Of a custom role its base. */
  readonly role: Role;
  /** `null`: a built-in role. */
  readonly customRole: { readonly id: string; readonly name: string } | null;
  readonly cap: RoleCap;
}

/**
 * A role as bodies name it: a built-in one by its name, a custom one by id or name. Foreign and unknown ones look alike.
 *
 * @throws Fault `not-found`
 */
export async function givenRole(
  roles: PrismaRoleStore,
  transaction: Transaction,
  workspaceId: string,
  reference: string,
): Promise<GivenRole> {
  const given = await findGivenRole(roles, transaction, workspaceId, reference);
  if (given) return given;
  throw new Fault('not-found', { details: [{ field: 'role', reason: 'is no role of the workspace' }] });
}

/** The same; `null`: foreign or unknown. */
export async function findGivenRole(
  roles: PrismaRoleStore,
  transaction: Transaction,
  workspaceId: string,
  reference: string,
): Promise<GivenRole | null> {
  if (isBuiltInRole(reference))
    return { role: reference, customRole: null, cap: { base: reference, statements: null } };
  const custom = await roles.find(reference, workspaceId, transaction);
  if (!custom) return null;
  const { id, name, base } = custom;
  return { role: base, customRole: { id, name }, cap: { base, statements: custom.inForce } };
}

/** The role as it is called. */
export function nameOfRole({ role, customRole }: Pick<GivenRole, 'role' | 'customRole'>): string {
  return customRole?.name ?? role;
}
