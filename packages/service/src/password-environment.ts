import { ConfigError } from '@pcft/config';
import Type from 'typebox';
import { base64Key } from './service-environment.ts';

/** The variables of a service that stores passwords. heimdall-admin and tokens are given the same. */
export const passwordEnvironment = {
  PASSWORD_PEPPER: Type.String(base64Key),
  PASSWORD_HASH_COST: Type.Integer({
    minimum: 4,
    maximum: 14,
    default: 10,
    description:
      "bcrypt's log2 rounds: at least 10, and only ever raised; each password's next sign-in takes it over.",
  }),
};

/** What OWASP's Password Storage Cheat Sheet asks of bcrypt. */
const leastCost = 10;

/**
 * The cost to hash with.
 *
 * @throws ConfigError where it is too small to protect anybody; only a suite under test, whose passwords are nobody's, may
 * spare itself the work
 */
export function passwordHashCost(config: {
  readonly PASSWORD_HASH_COST: number;
  readonly STRICT_RESPONSES: boolean;
}): number {
  if (config.PASSWORD_HASH_COST < leastCost && !config.STRICT_RESPONSES)
    throw new ConfigError([{ variable: 'PASSWORD_HASH_COST', reason: `must be >= ${leastCost}` }]);
  return config.PASSWORD_HASH_COST;
}
