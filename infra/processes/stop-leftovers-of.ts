/**
 * What a suite's watchdog runs once its supervisor is gone: stops the processes of that run.
 * Arguments: data directory, run.
 */
import { ProcessLedger } from './process-ledger.ts';
import { stopLeftovers } from './stop-leftovers.ts';

const [dataDir, run] = process.argv.slice(2);
if (dataDir === undefined || run === undefined)
  throw new Error('usage: stop-leftovers-of.ts <data directory> <run>');
await stopLeftovers(new ProcessLedger(dataDir, 'watchdog'), 3_000, run);
