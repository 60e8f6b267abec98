/** The parts of the one origin that the source documents give hosts of their own. */
export type Surface = 'platform' | 'heimdall' | 'quickstart' | 'craft';

const prefixes: readonly (readonly [string, Surface])[] = [
  ['/heimdall/', 'heimdall'],
  ['/v1/apps/', 'heimdall'],
  ['/v1/authorize/', 'heimdall'],
  ['/v1/invites/', 'heimdall'],
  ['/v1/.well-known/', 'heimdall'],
  ['/api/auth/', 'quickstart'],
  ['/api/user/', 'quickstart'],
  ['/v1/me/', 'craft'],
  ['/v1/projects/', 'craft'],
  ['/v1/oauth/', 'craft'],
  ['/oauth/', 'craft'],
];

/** The surface a path belongs to; 000's own paths are what remains. */
export function surfaceOf(path: string): Surface {
  const slashed = `${path}/`;
  return prefixes.find(([prefix]) => slashed.startsWith(prefix))?.[1] ?? 'platform';
}

/**
 * The documents' hosts, by their leading labels: `api.auth.` stands for `api.auth.<any domain>`. `api.<domain>` alone
 * (001's `/heimdall/…`, 002's `/api/…`) restricts nothing, nor does any host that is not listed here.
 */
const hosts: readonly (readonly [string, readonly Surface[]])[] = [
  ['api.auth.', ['platform', 'quickstart']],
  ['auth.', ['platform', 'quickstart']],
  ['api.heimdall.', ['heimdall']],
  ['api.craft.', ['craft']],
  ['craft.', ['craft']],
  ['api.craftdesk.', ['craft']],
];

/** Whether a path is to be found under a Host (with or without port). Hosts are compared without regard to case. */
export function isServedUnder(host: string, path: string): boolean {
  const name = host.toLowerCase();
  const listed = hosts.find(([labels]) => name.startsWith(labels) && name.length > labels.length);
  return listed === undefined || listed[1].includes(surfaceOf(path));
}
