import type { AccessLevel } from '@pcft/policy';
import type { Authorization } from '../operation.ts';

/** What of an app an operation is about. */
export interface PartOfApp {
  /** Its URN below that of the app, e.g. `role/*`. Without it the app itself. */
  readonly part?: string;
  /** What says which workspace the app is in. Default `app`. */
  readonly locator?: string;
}

/** What an operation takes that manages an app or something in it: an administrator of the app's workspace. */
export function administeringAnApp(
  action: string,
  access: AccessLevel,
  { part, locator = 'app' }: PartOfApp = {},
): { kind: 'policy'; authorization: Authorization } {
  return {
    kind: 'policy',
    authorization: {
      action,
      access,
      lowestRole: 'admin',
      scopes: [],
      resource: `pcft:heimdall:app/{app}${part === undefined ? '' : `/${part}`}`,
      workspace: { from: 'located', locator },
    },
  };
}
