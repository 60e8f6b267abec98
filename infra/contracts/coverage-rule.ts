import { faultsOf, type Operation } from '@pcft/contracts';
import { faultDeclaration } from '@pcft/errors';
import type { CoverageLine } from '@pcft/testing';

export interface CoverageFindings {
  /** How many (operation, status) pairs there are. */
  readonly documented: number;
  /** `createApp 409`, in the order of the declarations. */
  readonly missing: readonly string[];
  readonly undocumented: readonly string[];
}

/**
 * Statuses that any route may answer whatever its declaration says: requests that can be read in two ways or are too
 * large (400, 414, 431), a dependency or the gateway in trouble (502, 503, 504), and what no route means through the
 * gateway (404). A 500 is never one of them.
 */
const anywhere = new Set([400, 404, 413, 414, 415, 431, 502, 503, 504]);

export function coverageFindings(
  operations: readonly Operation[],
  seen: readonly CoverageLine[],
): CoverageFindings {
  const pairs = operations.flatMap((operation) =>
    [...documentedStatuses(operation)].map((status) => `${operation.operationId} ${String(status)}`),
  );
  const documented = new Set(pairs);
  const observed = new Set(seen.map(({ operationId, status }) => `${operationId} ${String(status)}`));
  return {
    documented: documented.size,
    missing: [...documented].filter((pair) => !observed.has(pair)),
    undocumented: [...observed].filter(
      (pair) => !documented.has(pair) && !anywhere.has(Number(pair.split(' ')[1])),
    ),
  };
}

function documentedStatuses(operation: Operation): Set<number> {
  return new Set([
    operation.success.status,
    ...(operation.success.conditional ? [304] : []),
    ...faultsOf(operation).map((fault) => faultDeclaration(fault).status),
  ]);
}
