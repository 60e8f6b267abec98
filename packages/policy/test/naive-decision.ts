import { BlockList, isIPv6 } from 'node:net';
import type { AccessLevel, Conditions, Role, Statement } from '../src/index.ts';
import { naiveEvaluate } from './naive-evaluator.ts';

/** Everything a decision depends on, as plain data. */
export interface DecisionCase {
  readonly action: string;
  readonly resource: string;
  readonly lowestRole: Role;
  readonly service: string;
  readonly policy: readonly Statement[];
  readonly boundaries: readonly (readonly Statement[])[];
  readonly role: Role | null;
  readonly rolePolicy: readonly Statement[] | null;
  readonly pinned: boolean;
  readonly enabledServices: readonly string[];
  readonly conditions: Conditions | null;
  readonly clientIp: string;
  readonly now: Date;
}

/**
 * A second reading of "a decision is the AND of layers": each sentence once, nothing shared with the engine. Addresses
 * are compared by Node's own BlockList.
 *
 * @returns `allowed`, or the first layer that denies
 */
export function naiveDecision(asked: DecisionCase): string {
  const says = (statements: readonly Statement[]) =>
    naiveEvaluate(statements, asked.action, asked.resource).effect === 'allow';
  if (asked.pinned) return 'pin';
  if (asked.role === null || !rolesFrom(asked.lowestRole).includes(asked.role)) return 'role_cap';
  if (asked.rolePolicy !== null && !says(asked.rolePolicy)) return 'role_cap';
  // "Without platform nobody could switch anything on again."
  if (asked.service !== 'platform' && !asked.enabledServices.includes(asked.service)) return 'service';
  if (!areMet(asked.conditions, asked.clientIp, asked.now)) return 'conditions';
  if (!asked.boundaries.every(says)) return 'boundary';
  return says(asked.policy) ? 'allowed' : 'policy';
}

/** "owner anything; admin all but actions declared lowestRole: owner; member only those declared lowestRole: member" */
export function rolesFrom(lowest: Role): Role[] {
  if (lowest === 'member') return ['member', 'admin', 'owner'];
  return lowest === 'admin' ? ['admin', 'owner'] : ['owner'];
}

function areMet(conditions: Conditions | null, clientIp: string, now: Date): boolean {
  if (conditions === null) return true;
  const { ip, not_before, not_after } = conditions;
  if (ip) {
    // "IPv4-mapped v6 addresses count as v4", and v4 addresses are in no range of v6.
    const client = clientIp.replace(/^::ffff:(?=[\d.]+$)/, '');
    const familyOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');
    const listed = new BlockList();
    for (const range of ip) {
      const [address = '', bits] = range.split('/');
      if (familyOf(address) !== familyOf(client)) continue;
      if (bits === undefined) listed.addAddress(address, familyOf(address));
      else listed.addSubnet(address, Number(bits), familyOf(address));
    }
    if (!listed.check(client, familyOf(client))) return false;
  }
  if (not_before !== undefined && now < new Date(not_before)) return false;
  return not_after === undefined || now <= new Date(not_after);
}

const areas = ['user', 'projects', 'members', 'subscription', 'api-keys'] as const;

/** The sentences about scopes once more, as a table of what each means, without the engine's own tables. */
export const scopeMeaning: Readonly<Record<string, { readonly area?: string; readonly levels: string }>> = {
  read: { levels: 'list read' },
  write: { levels: 'write' },
  delete: { levels: 'delete' },
  admin: { levels: 'permissions' },
  ...Object.fromEntries(areas.map((area) => [`${area}:read`, { area, levels: 'list read' }])),
  ...Object.fromEntries(areas.map((area) => [`${area}:write`, { area, levels: 'write delete' }])),
  // All that is done to keys is of the level `permissions`; without it the scope would be empty.
  'api-keys:write': { area: 'api-keys', levels: 'write delete permissions' },
};

/** The sentences about key kinds. */
export const kindLevels: Readonly<Record<'read-only' | 'read-write' | 'full', string>> = {
  'read-only': 'list read',
  'read-write': 'list read write delete',
  full: 'list read write delete permissions',
};

/** Whether a scope means an action of this access level whose declaration names these scopes. */
export function scopeMeans(scope: string, access: AccessLevel, declared: readonly string[]): boolean {
  const meaning = scopeMeaning[scope];
  if (!meaning?.levels.split(' ').includes(access)) return false;
  return meaning.area === undefined || declared.includes(meaning.area) || declared.includes(scope);
}
