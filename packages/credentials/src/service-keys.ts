import { createHash, timingSafeEqual } from 'node:crypto';

/** The services that may call this one, each known by the SHA-256 of its SERVICE_TOKEN. */
export interface ServiceKeys {
  readonly names: readonly string[];
  /** The service whose token this is, or null. Takes the same time for every token. */
  verify(token: string): string | null;
}

const ENTRY = /^([a-z][a-z0-9-]{0,62})=([0-9a-f]{64})$/;

/**
 * Reads SERVICE_KEYS: `name=sha256hex(SERVICE_TOKEN)`, comma separated; a name may stand twice while its token is being
 * replaced. Throws TypeError naming the entry's position, never its text.
 */
export function parseServiceKeys(text: string): ServiceKeys {
  const keys = text
    .split(',')
    .filter((entry) => entry.trim() !== '')
    .map((entry, i) => {
      const [, name, hex] = ENTRY.exec(entry.trim()) ?? [];
      if (name === undefined || hex === undefined)
        throw new TypeError(`entry ${i + 1} of the service keys is not name=<64 hex digits>`);
      return { name, digest: Buffer.from(hex, 'hex') };
    });
  return {
    names: [...new Set(keys.map(({ name }) => name))],
    verify(token) {
      const given = createHash('sha256').update(token, 'utf8').digest();
      let found: string | null = null;
      // No early return: the time would tell at which entry the token was found.
      for (const { name, digest } of keys) if (timingSafeEqual(given, digest)) found = name;
      return found;
    },
  };
}

/** The SERVICE_KEYS entry for a token: `name=sha256hex`. */
export function serviceKeyEntry(name: string, token: string): string {
  return `${name}=${createHash('sha256').update(token, 'utf8').digest('hex')}`;
}
