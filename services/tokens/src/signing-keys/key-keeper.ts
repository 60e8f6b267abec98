import { Rounds } from '@pcft/background';
import type { SigningKeys } from './signing-keys.ts';
import { verifySeconds } from './signing-keys.ts';
import type { SigningKeyStore } from './signing-key-store.ts';

const sweepMs = 5_000;
/** A few at a time: making a key takes a good part of a second of one processor. */
const rotationsASweep = 5;
const promotionsASweep = 100;

export interface KeyKeeperPorts {
  readonly store: Pick<SigningKeyStore, 'listDue' | 'listAged' | 'tidy'>;
  readonly keys: Pick<SigningKeys, 'promote' | 'rotate'>;
  /** How long a key signs before the next one is made by itself. */
  readonly rotationDays: number;
  readonly onError: (error: unknown) => void;
}

/**
 * Turns the keys of apps nobody rotates: publishes a successor in time, lets it sign when its turn has come, retires
 * what verifies no more. Runs in every process; several do no harm, as the database settles each step.
 */
export class KeyKeeper {
  readonly #ports: KeyKeeperPorts;
  readonly #sweeps: Rounds;

  constructor(ports: KeyKeeperPorts) {
    this.#ports = ports;
    this.#sweeps = new Rounds({ run: () => this.#sweep(), everyMs: sweepMs, onError: ports.onError });
  }

  start(): void {
    this.#sweeps.start();
  }

  /** Waits for the sweep under way. */
  stop(): Promise<void> {
    return this.#sweeps.stop();
  }

  async #sweep(): Promise<void> {
    const { store, keys, rotationDays } = this.#ports;
    for (const appId of await store.listDue(promotionsASweep)) await keys.promote(appId);
    await store.tidy(verifySeconds);
    // Nobody asked for it: there is no call whose row could say so. The list of keys shows when each came.
    for (const appId of await store.listAged(rotationDays, rotationsASweep))
      await keys.rotate(appId, () => Promise.resolve());
  }
}
