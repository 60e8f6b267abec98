import { resourceSegments } from './resource-pattern.ts';

/** No statement: larger than any index, so that the smaller of two is always the one to report. */
export const NO_STATEMENT = Number.MAX_SAFE_INTEGER;

/** Resource patterns as a tree of segments, so that a URN is looked up in steps of its own length. */
export interface ResourceTree {
  /** Lowest index of a statement with a pattern that ends here, and so covers everything from here on. */
  covers: number;
  any: ResourceTree | null;
  children: Map<string, ResourceTree> | null;
}

export function emptyTree(): ResourceTree {
  return { covers: NO_STATEMENT, any: null, children: null };
}

export function addPattern(tree: ResourceTree, pattern: string, statement: number): void {
  let node = tree;
  for (const segment of pattern === '*' ? [] : resourceSegments(pattern)) {
    node = segment === '*' ? (node.any ??= emptyTree()) : childOf(node, segment);
  }
  node.covers = Math.min(node.covers, statement);
}

/** The lowest statement index whose pattern covers the URN, or NO_STATEMENT. */
export function lowestCovering(tree: ResourceTree, segments: readonly string[], from = 0): number {
  let lowest = tree.covers;
  if (from === segments.length) return lowest;
  // A collection's own `*` is no key of `children` (patterns put theirs into `any`), so only `any` meets it.
  const child = tree.children?.get(segments[from] as string);
  if (child !== undefined) lowest = Math.min(lowest, lowestCovering(child, segments, from + 1));
  if (tree.any !== null) lowest = Math.min(lowest, lowestCovering(tree.any, segments, from + 1));
  return lowest;
}

function childOf(node: ResourceTree, segment: string): ResourceTree {
  node.children ??= new Map();
  let child = node.children.get(segment);
  if (child === undefined) node.children.set(segment, (child = emptyTree()));
  return child;
}
