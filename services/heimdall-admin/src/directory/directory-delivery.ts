import { setTimeout as sleep } from 'node:timers/promises';
import { unavailable } from '@pcft/errors';
import type { DirectoryQueue } from './directory-queue.ts';
import type { PendingRecord } from './directory-record.ts';
import { callLimits, splitRecords } from './split-records.ts';
import type { TokensDirectory } from './tokens-directory.ts';

/** `narrowing`: somebody may do less from now on, and that has to be in force when the call returns. */
export type Reach = 'narrowing' | 'widening';

/** Brings a committed change into force in the tokens service before its call answers. */
export interface DirectoryDelivery {
  /**
   * Resolves when tokens has confirmed the records, or, for a widening change, when it could not be had in time: the
   * relay then follows by itself.
   *
   * @throws Fault `unavailable` for a narrowing change that is not confirmed; it stays committed, and follows
   */
  settle(pending: readonly PendingRecord[], reach: Reach): Promise<void>;
}

export interface DirectoryDeliveryOptions {
  readonly tokens: TokensDirectory;
  readonly queue: DirectoryQueue;
  readonly onError: (error: unknown) => void;
  /** How long a call waits for confirmation. Default 1500. */
  readonly patienceMs?: number;
}

const retryMs = { first: 50, last: 250 };
/** A connection that a restarted instance has closed is worth a second try; an outage is not worth the wait. */
const wideningTries = 2;

export function createDirectoryDelivery(options: DirectoryDeliveryOptions): DirectoryDelivery {
  const { tokens, queue, onError, patienceMs = 1500 } = options;

  async function deliver(pending: readonly PendingRecord[], reach: Reach): Promise<boolean> {
    const deadline = performance.now() + patienceMs;
    const groups = splitRecords(pending, callLimits).map((group) => group.map(({ record }) => record));
    for (let attempt = 1; ; attempt++) {
      try {
        // What is sent a second time after a failure is known there by its version.
        for (const records of groups) {
          if ((await tokens.apply(records, deadline - performance.now())) !== 'applied') return false;
        }
        return true;
      } catch (error) {
        const pauseMs = Math.min(retryMs.first * 2 ** (attempt - 1), retryMs.last);
        const exhausted = reach === 'widening' && attempt >= wideningTries;
        if (exhausted || performance.now() + pauseMs >= deadline) {
          onError(error);
          return false;
        }
        await sleep(pauseMs);
      }
    }
  }

  return {
    async settle(pending, reach) {
      if (pending.length === 0) return;
      if (await deliver(pending, reach)) {
        // Should this fail, the relay sends the records once more, and tokens knows them by their versions.
        await queue.confirm(pending.map(({ seq }) => seq)).catch(onError);
      } else if (reach === 'narrowing') {
        throw unavailable(new Error('the tokens service has not confirmed the change; it follows by itself'));
      }
    },
  };
}
