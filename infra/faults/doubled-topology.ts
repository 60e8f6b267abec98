import { freePort } from '../engines/free-port.ts';
import { environmentName, services, type ServiceName } from '../stack/services.ts';
import type { Stack } from '../stack/stack.ts';

export interface Topology {
  /** Where callers knock. */
  readonly gateways: readonly string[];
  /** Processes that serve. */
  readonly serving: readonly string[];
}

/** As in production; `npm start` has nobody to hand over to and waits for nothing. */
const drainDelayMs = '1000';

/** One process of everything, as it was started, and a second gateway: one that is killed must not end the load. */
export async function singleTopology(stack: Stack): Promise<Topology> {
  const second = await stack.startInstance('gateway');
  return {
    gateways: [stack.gatewayUrl, second.url],
    serving: [...services.map(({ name }) => name), 'gateway', second.process.name],
  };
}

/**
 * Two processes of every service that know both of each other, and two gateways in front. The first ones of the suite
 * know only themselves and are stopped.
 */
export async function doubledTopology(stack: Stack, single: Topology): Promise<Topology> {
  for (const name of single.serving.toReversed())
    await (/-\d+$/.test(name) ? stack.stopInstance(name) : stack.process(name).stop());
  const ports = new Map<ServiceName, number[]>();
  for (const { name } of services) ports.set(name, [await freePort(), await freePort()]);
  const urls = (name: ServiceName) =>
    (ports.get(name) ?? []).map((port) => `http://127.0.0.1:${String(port)}`).join(',');
  const env = {
    DRAIN_DELAY_MS: drainDelayMs,
    // Twice as many processes on a server that was sized for one of each.
    DATABASE_POOL: '5',
    PLATFORM_URL: urls('platform'),
    TOKENS_URL: urls('tokens'),
    HEIMDALL_ADMIN_URL: urls('heimdall-admin'),
    AUDIT_URL: urls('audit'),
  };
  const serving: string[] = [];
  for (const { name } of services) {
    const started = await Promise.all(
      (ports.get(name) ?? []).map((port) => stack.startInstance(name, { ...env, PORT: String(port) })),
    );
    serving.push(...started.map(({ process }) => process.name));
  }
  const upstreams = services.map(({ name }) => [`UPSTREAM_${environmentName(name)}`, urls(name)]);
  const behind = {
    DRAIN_DELAY_MS: drainDelayMs,
    ...(Object.fromEntries(upstreams) as Record<string, string>),
  };
  const gateways = await Promise.all([1, 2].map(() => stack.startInstance('gateway', behind)));
  return {
    gateways: gateways.map(({ url }) => url),
    serving: [...serving, ...gateways.map(({ process }) => process.name)],
  };
}
