import type { Route } from '@pcft/contracts';

interface Node {
  readonly literals: Map<string, Node>;
  parameter: Node | undefined;
  readonly routes: Map<string, Route>;
}

/** The methods of a path; none of them may be the request's. */
export type PathRoutes = ReadonlyMap<string, Route>;

/**
 * The route table, compiled: one walk over the path's segments. Case-sensitive and strict: a trailing slash makes
 * another path, and a parameter is never empty. Literal segments go before parameters, as in every service.
 */
export class RouteTree {
  readonly #root = node();

  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#add(route);
  }

  /** The routes of a path by method, or undefined where no route has this path. */
  match(path: string): PathRoutes | undefined {
    if (!path.startsWith('/')) return undefined;
    const found: Node[] = [];
    collect(this.#root, path.slice(1).split('/'), 0, found);
    const [best, ...others] = found;
    if (best === undefined) return undefined;
    if (others.length === 0) return best.routes;
    // `/users/me` may stand beside `/users/:id`, each with methods of its own.
    return new Map(found.reverse().flatMap(({ routes }) => [...routes]));
  }

  #add(route: Route): void {
    let at = this.#root;
    for (const segment of route.template.slice(1).split('/')) {
      if (segment.startsWith(':')) at = at.parameter ??= node();
      else {
        const next = at.literals.get(segment) ?? node();
        at.literals.set(segment, next);
        at = next;
      }
    }
    if (at.routes.has(route.method)) throw new Error(`Two routes for ${route.method} ${route.template}`);
    at.routes.set(route.method, route);
  }
}

function node(): Node {
  return { literals: new Map(), parameter: undefined, routes: new Map() };
}

function collect(at: Node, segments: readonly string[], depth: number, found: Node[]): void {
  const segment = segments[depth];
  if (segment === undefined) {
    if (at.routes.size > 0) found.push(at);
    return;
  }
  const literal = at.literals.get(segment);
  if (literal !== undefined) collect(literal, segments, depth + 1, found);
  if (at.parameter !== undefined && segment !== '') collect(at.parameter, segments, depth + 1, found);
}

/** The methods that `Allow` names: HEAD goes wherever GET goes, and OPTIONS asks for this very list. */
export function allowedMethods(routes: PathRoutes): string {
  const methods = new Set(routes.keys()).add('OPTIONS');
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort().join(', ');
}
