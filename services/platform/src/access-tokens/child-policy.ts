import { actionCovers, ipRangeCovers, resourceCovers, type Conditions, type Statement } from '@pcft/policy';

/** Where a child token would grant more than its parent. */
export interface WiderThanParent {
  readonly field: string;
  readonly reason: string;
  /** Index of the statement; 0 for conditions. */
  readonly statement: number;
}

/**
 * A policy for a child token, or where it is wider than its parent's. Strict rather than clever: each action pattern
 * with each resource pattern of an allow statement has to lie within one allow statement of the parent; two statements
 * of the parent that cover it only together do not count. The parent's denials are carried over, so they need no
 * comparison.
 */
export function childPolicy(
  submitted: readonly Statement[],
  parent: readonly Statement[],
): { readonly statements: Statement[] } | { readonly wider: WiderThanParent } {
  const granted = parent.filter(({ effect }) => effect === 'allow');
  for (const [i, statement] of submitted.entries()) {
    if (statement.effect !== 'allow') continue;
    for (const [j, action] of statement.actions.entries()) {
      for (const [k, resource] of statement.resources.entries()) {
        if (granted.some((grant) => grantCovers(grant, action, resource))) continue;
        const reason = `${action} on resources[${k}] is not within one statement of the parent token`;
        return { wider: { field: `policy[${i}].actions[${j}]`, reason, statement: i } };
      }
    }
  }
  return { statements: withDenialsOf(parent, submitted) };
}

/**
 * What a shorthand leaves of its parent: its actions, each where the parent allows it. Shorthands are capped, never
 * refused.
 */
export function capByParent(shorthand: readonly Statement[], parent: readonly Statement[]): Statement[] {
  const wanted = shorthand.flatMap(({ actions }) => actions);
  const capped = parent
    .filter(({ effect }) => effect === 'allow')
    .map(({ effect, actions, resources }) => ({
      effect,
      // Either side may be the wider one; `a.*` and `*.b` overlap too, but neither is a shorthand's.
      actions: [
        ...wanted.filter((action) => actions.some((pattern) => actionCovers(pattern, action))),
        ...actions.filter(
          (action) => !wanted.includes(action) && wanted.some((pattern) => actionCovers(pattern, action)),
        ),
      ],
      resources,
    }))
    .filter(({ actions }) => actions.length > 0);
  return withDenialsOf(parent, capped);
}

/** Both must be met: the narrower window, and ranges within the parent's. */
export function childConditions(
  submitted: Conditions | null,
  parent: Conditions | null,
): { readonly conditions: Conditions | null } | { readonly wider: WiderThanParent } {
  if (parent === null) return { conditions: submitted };
  const ip = submitted?.ip ?? parent.ip;
  if (submitted?.ip && parent.ip) {
    const outside = submitted.ip.findIndex((range) => !parent.ip?.some((outer) => rangeCovers(outer, range)));
    if (outside !== -1) {
      const reason = 'is not within a range of the parent token';
      return { wider: { field: `conditions.ip[${outside}]`, reason, statement: 0 } };
    }
  }
  const notBefore = later(submitted?.not_before, parent.not_before);
  const notAfter = earlier(submitted?.not_after, parent.not_after);
  return {
    conditions: {
      ...(ip && { ip }),
      ...(notBefore !== undefined && { not_before: notBefore }),
      ...(notAfter !== undefined && { not_after: notAfter }),
    },
  };
}

/** The parent's denials hold for its children, each once however many generations have carried it. */
function withDenialsOf(parent: readonly Statement[], statements: readonly Statement[]): Statement[] {
  const present = new Set(statements.map((statement) => JSON.stringify(statement)));
  const carried = parent.filter(({ effect }) => effect === 'deny');
  return [...statements, ...carried.filter((statement) => !present.has(JSON.stringify(statement)))];
}

function grantCovers({ actions, resources }: Statement, action: string, resource: string): boolean {
  return (
    actions.some((pattern) => actionCovers(pattern, action)) &&
    resources.some((pattern) => resourceCovers(pattern, resource))
  );
}

/** Whether every address of one range lies in another. Mapped v6 forms are only within themselves. */
function rangeCovers(outer: string, inner: string): boolean {
  if (outer === inner) return true;
  if ([outer, inner].some((range) => range.toLowerCase().includes('ffff:') && range.includes('.')))
    return false;
  const [address = '', bits] = inner.split('/');
  return ipRangeCovers(outer, address) && prefixBits(address, bits) >= prefixBits(outer, outer.split('/')[1]);
}

function prefixBits(address: string, bits: string | undefined): number {
  return bits === undefined ? (address.includes(':') ? 128 : 32) : Number(bits);
}

function later(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Date.parse(a) >= Date.parse(b) ? a : b;
}

function earlier(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Date.parse(a) <= Date.parse(b) ? a : b;
}
