import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  accessLevels,
  connectSuite,
  createWorld,
  builtInMatrixRoles,
  matrixRoles,
  measureRoleMatrix,
  roleMatrixFaults,
  roleMatrixTable,
  type MatrixCell,
  type MatrixRole,
  type Suite,
} from '@pcft/testing';
import { decidedOperations } from './operations.ts';

let suite: Suite;
let cells: MatrixCell[];
let roles: MatrixRole[];

beforeAll(async () => {
  suite = await connectSuite();
  const world = await createWorld(suite);
  roles = matrixRoles(world);
  cells = await measureRoleMatrix(suite, world);
}, 120_000);
afterAll(() => suite.close());

describe('role × access level', () => {
  it('every operation answers every role as it is declared', () => {
    process.stdout.write(`${roleMatrixTable(cells)}\n`);
    expect(roleMatrixFaults(cells)).toEqual([]);
    expect(cells).toHaveLength(decidedOperations.length * roles.length);
  });

  it('the role alone decides: its cap is named, and no wider role is denied what a lower one may', () => {
    const ranks = builtInMatrixRoles.map(({ name }) => name);
    const denied = cells.filter(({ observed, role }) => observed === 'denied' && ranks.includes(role));
    for (const { role, operationId } of denied)
      for (const lower of ranks.slice(ranks.indexOf(role) + 1))
        expect(denied.map((cell) => `${cell.role} ${cell.operationId}`)).toContain(`${lower} ${operationId}`);
    expect(cells.filter(({ role, observed }) => role === 'owner' && observed === 'denied')).toEqual([]);
  });

  it('a custom role is its base cut: never more, and less at every turn that its statements name', () => {
    for (const { name, base } of roles.filter(({ statements }) => statements !== null)) {
      const of = (role: string, observed: string) =>
        new Set(
          cells
            .filter((cell) => cell.role === role && cell.observed === observed)
            .map((cell) => cell.operationId),
        );
      expect([...of(base, 'denied')].filter((operation) => !of(name, 'denied').has(operation))).toEqual([]);
      const cut = [...of(base, 'allowed')].filter((operation) => of(name, 'denied').has(operation));
      const kept = cells.filter((cell) => cell.role === name && cell.observed === 'allowed');
      expect([name, cut.length > 3, kept.length > 3]).toEqual([name, true, true]);
    }
    const answered = (role: string, operationId: string) =>
      cells.find((cell) => cell.role === role && cell.operationId === operationId)?.observed;
    // By the resource, by a denial, by what no statement allows, and by the base.
    expect(answered('admin, cut', 'getApp')).toBe('allowed');
    expect(answered('admin, cut', 'listApps')).toBe('denied');
    expect(answered('admin, cut', 'revokeWorkspaceInvite')).toBe('denied');
    expect(answered('admin, cut', 'listMembers')).toBe('denied');
    expect(answered('member, cut', 'getWorkspace')).toBe('allowed');
    expect(answered('member, cut', 'listPolicies')).toBe('denied');
    expect(answered('member, cut', 'listUsers')).toBe('denied');
  });

  it.each(accessLevels)('the level %s is there, and some of it is not for members', (access) => {
    const ofMembers = cells.filter((cell) => cell.access === access && cell.role === 'member');
    expect(ofMembers.length).toBeGreaterThan(0);
    expect(ofMembers.some(({ observed }) => observed === 'denied')).toBe(true);
  });

  it('a service that does otherwise is named', () => {
    const [first, ...rest] = cells as [MatrixCell, ...MatrixCell[]];
    const turned = { ...first, observed: first.observed === 'allowed' ? 'denied' : 'allowed' } as const;
    expect(roleMatrixFaults([turned, ...rest])).toEqual([expect.stringContaining(first.operationId)]);
  });
});
