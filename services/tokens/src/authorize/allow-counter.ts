import { Rounds } from '@pcft/background';
import type { Metrics } from '@pcft/http';
import type { Statements } from '@pcft/lease-postgres';

const flushMs = 10_000;

/** Counts the allows that app API keys were given, which leave no audit row: by app, key and day. */
export interface AllowCounter {
  count(appId: string, keyId: string, allows: number): void;
  start(): void;
  /** Writes what is not written yet. */
  stop(): Promise<void>;
}

const add = `
  INSERT INTO authorize_count AS held (app_id, key_id, day, allowed)
  SELECT app_id, key_id, (now() AT TIME ZONE 'UTC')::date, allowed
  FROM unnest($1::text[], $2::text[], $3::bigint[]) AS given (app_id, key_id, allowed)
  ON CONFLICT (app_id, key_id, day) DO UPDATE SET allowed = held.allowed + EXCLUDED.allowed`;

/**
 * Kept in memory and written every ten seconds: a process that is killed loses the count of its last ones. Counts
 * inform; what has to be proved is in the log.
 */
export function createAllowCounter(options: {
  readonly statements: Pick<Statements, '$executeRawUnsafe'>;
  readonly metrics: Metrics;
  readonly onError: (error: unknown) => void;
}): AllowCounter {
  const { statements, metrics, onError } = options;
  const total = metrics.counter(
    'authorize_allowed_total',
    'Allows given to app API keys; they are counted, not audited.',
    [],
  );
  let counts = new Map<string, { appId: string; keyId: string; allows: number }>();

  function note(appId: string, keyId: string, allows: number): void {
    const key = `${appId} ${keyId}`;
    const entry = counts.get(key);
    if (entry) entry.allows += allows;
    else counts.set(key, { appId, keyId, allows });
  }

  async function flush(): Promise<void> {
    if (counts.size === 0) return;
    const taken = [...counts.values()];
    counts = new Map();
    try {
      await statements.$executeRawUnsafe(
        add,
        taken.map(({ appId }) => appId),
        taken.map(({ keyId }) => keyId),
        taken.map(({ allows }) => BigInt(allows)),
      );
    } catch (error) {
      // Of unknown outcome at worst: counted again with the next ones.
      for (const { appId, keyId, allows } of taken) note(appId, keyId, allows);
      onError(error);
    }
  }

  const flushes = new Rounds({ run: flush, everyMs: flushMs, onError });

  return {
    count(appId, keyId, allows) {
      total.inc(allows);
      note(appId, keyId, allows);
    },
    start: () => flushes.start(),
    async stop() {
      await flushes.stop();
      await flush();
    },
  };
}
