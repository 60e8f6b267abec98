import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  accessLevels,
  connectSuite,
  createWorld,
  matrixRoles,
  measureRoleMatrix,
  roleMatrixFaults,
  roleMatrixTable,
  type MatrixCell,
  type Suite,
} from '@pcft/testing';
import { decidedOperations } from './operations.ts';

let suite: Suite;
let cells: MatrixCell[];

beforeAll(async () => {
  suite = await connectSuite();
  cells = await measureRoleMatrix(suite, await createWorld(suite));
}, 120_000);
afterAll(() => suite.close());

describe('role × access level', () => {
  it('every operation answers every role as it is declared', () => {
    process.stdout.write(`${roleMatrixTable(cells)}\n`);
    expect(roleMatrixFaults(cells)).toEqual([]);
    expect(cells).toHaveLength(decidedOperations.length * matrixRoles.length);
  });

  it('the role alone decides: its cap is named, and no wider role is denied what a lower one may', () => {
    for (const { role, observed, operationId } of cells) {
      if (observed === 'allowed') continue;
      const higher = matrixRoles.slice(0, matrixRoles.indexOf(role));
      const deniedAbove = cells.filter(
        (cell) =>
          cell.operationId === operationId && higher.includes(cell.role) && cell.observed === 'denied',
      );
      expect(deniedAbove.length === 0 || role !== 'owner').toBe(true);
    }
    expect(cells.filter(({ role, observed }) => role === 'owner' && observed === 'denied')).toEqual([]);
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
