import { createPrismaAdapter } from '@pcft/database';

/** Each keeps the plans of its statements, over all months. */
const mostConnections = 6;

/**
 * Connections for pages of the log. Their statements are planned once for any values: those that come here have one right
 * index, whatever is looked for, and to plan one over a year of months anew costs more than to run it. A table that was empty at
 * that moment must not be read whole for ever after; so there is no plan without an index.
 */
export function createPageAdapter(
  config: { readonly DATABASE_URL: string; readonly DATABASE_POOL: number },
  onError: (error: Error) => void,
): ReturnType<typeof createPrismaAdapter> {
  return createPrismaAdapter({
    url: config.DATABASE_URL,
    applicationName: 'audit pages',
    poolSize: Math.min(config.DATABASE_POOL, mostConnections),
    // A fresh one has to learn of every month and index first, which takes a tenth of a second.
    idleTimeoutMs: 600_000,
    settings: { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off' },
    onError,
  });
}
