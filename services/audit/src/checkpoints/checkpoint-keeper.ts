import { makeCheckpoint, statementHash, type SigningPair } from '@pcft/audit-proof';
import { Rounds } from '@pcft/background';
import type { CheckpointStore, MadeCheckpoint } from './checkpoint-store.ts';
import type { CheckpointStream } from './checkpoint-stream.ts';
import type { CheckpointArchive } from './file-checkpoint-archive.ts';

/** What is kept outside is ahead of the database, or says otherwise: somebody has set the database back. */
export class CheckpointConflict extends Error {
  override readonly name = 'CheckpointConflict';
}

export interface CheckpointKeeperOptions {
  readonly store: CheckpointStore;
  readonly archive: CheckpointArchive;
  readonly stream: CheckpointStream;
  readonly key: SigningPair;
  /** Printed into every statement. */
  readonly origin: string;
  readonly everyMs: number;
  /** Seconds since a checkpoint was last made or found not to be needed. */
  readonly onRound: (outcome: 'made' | 'nothing new' | 'elsewhere' | 'failed') => void;
  readonly onError: (error: unknown) => void;
}

const pageSize = 100;

/**
 * Seals the log again and again. Any number of processes may run it; one at a time does the work. A checkpoint is made
 * in the database first, then kept outside, and what a crash left behind is made up for in the next round.
 */
export class CheckpointKeeper {
  readonly #options: CheckpointKeeperOptions;
  readonly #rounds: Rounds;
  #published = 0;

  constructor(options: CheckpointKeeperOptions) {
    this.#options = options;
    const { everyMs, onError } = options;
    this.#rounds = new Rounds({ run: () => this.#run(), everyMs, firstAfterMs: 0, onError });
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  async #run(): Promise<void> {
    const { store, onRound, onError } = this.#options;
    try {
      const made = await store.alone(() => this.#seal());
      onRound(made === null ? 'elsewhere' : made ? 'made' : 'nothing new');
    } catch (error) {
      onError(error);
      onRound('failed');
    }
  }

  async #seal(): Promise<boolean> {
    const { store, key, origin } = this.#options;
    // What is kept outside is looked at first: nothing may be built on a database that was set back.
    await this.#keepOutside();
    let made = false;
    // More than one where a single checkpoint could not take all that was appended.
    while (await store.make((about, spans) => makeCheckpoint({ ...about, origin }, spans, key))) {
      made = true;
      await this.#keepOutside();
      if (this.#rounds.stopped) break;
    }
    return made;
  }

  async #keepOutside(): Promise<void> {
    const { store, archive, stream } = this.#options;
    const [last, latest] = await Promise.all([archive.last(), store.latest()]);
    if (last) {
      const [same] = await store.after(last.number - 1, 1);
      if (latest < last.number || !same || statementHash(same.checkpoint) !== last.hash)
        throw new CheckpointConflict(`checkpoint ${last.number} kept outside is not the one of the database`);
    }
    await this.#each(last?.number ?? 0, (page) => archive.append(page));
    if (this.#published === 0) this.#published = await stream.last();
    await this.#each(this.#published, async (page) => {
      for (const each of page) {
        await stream.publish(each);
        this.#published = each.number;
      }
    });
  }

  async #each(from: number, take: (page: readonly MadeCheckpoint[]) => Promise<void>): Promise<void> {
    for (let number = from; ;) {
      const page = await this.#options.store.after(number, pageSize);
      const last = page.at(-1);
      if (!last) return;
      await take(page);
      number = last.number;
    }
  }
}
