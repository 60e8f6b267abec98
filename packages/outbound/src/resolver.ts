import { lookup, Resolver } from 'node:dns/promises';

/** All addresses of a name, of both families. Rejects where there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/**
 * The system's, or DNS servers that the operator names for what goes outside.
 *
 * @param servers `address[:port]`, comma separated; empty: the system's
 */
export function createResolve(servers: string): Resolve {
  if (servers === '')
    return async (host) => (await lookup(host, { all: true })).map(({ address }) => address);
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  resolver.setServers(servers.split(','));
  return async (host) => {
    const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const addresses = found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    if (addresses.length > 0) return addresses;
    const failed = found.find((each) => each.status === 'rejected');
    throw failed ? (failed.reason as Error) : new Error(`${host} has no address`);
  };
}
