import { serviceNames } from '@pcft/contracts';
import type { Suite, SuiteOrigins } from '@pcft/testing';
import { environmentName } from '../stack/services.ts';

/** A second process of every service, and a gateway that routes to both of each. */
export interface DoubledSuite {
  readonly origins: SuiteOrigins;
  /** Every process that may be frozen without taking the caller's own way away. */
  readonly freezable: readonly string[];
}

/** @param env on top of the environment of the second processes */
export async function doubleSuite(
  suite: Suite,
  env: Readonly<Record<string, string>> = {},
): Promise<DoubledSuite> {
  const platform = await suite.control.startInstance('platform', env);
  const first = suite.serviceUrl('platform');
  const services = { platform: [first, platform.url] } as Record<(typeof serviceNames)[number], string[]>;
  const freezable = [platform.name];
  for (const name of serviceNames.filter((other) => other !== 'platform')) {
    // The second ones ask the second platform first, so that neither is idle.
    const second = await suite.control.startInstance(name, {
      ...env,
      PLATFORM_URL: `${platform.url},${first}`,
    });
    services[name] = [suite.serviceUrl(name), second.url];
    freezable.push(name, second.name);
  }
  const upstreams = serviceNames.map((name) => [
    `UPSTREAM_${environmentName(name)}`,
    services[name].join(','),
  ]);
  const gateway = await suite.control.startInstance('gateway', {
    ...env,
    ...(Object.fromEntries(upstreams) as Record<string, string>),
  });
  return { origins: { gateway: gateway.url, services }, freezable };
}
