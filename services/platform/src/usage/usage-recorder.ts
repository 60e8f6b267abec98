import { Rounds } from '@pcft/background';
import type { UsageStore, Use } from './usage-store.ts';

export interface UsageRecorderOptions {
  readonly store: UsageStore;
  readonly onError: (error: unknown) => void;
  /** Between two writes. Default 5 s. */
  readonly flushMs?: number;
}

/** More credentials than this between two writes are not worth the memory; their use shows the next time. */
const maxWaiting = 10_000;
const oncePerMs = 60_000;

/**
 * Notes when credentials were last used: in memory at once, in the database in batches and at most once a minute each.
 * It is for people who clean up; it may be lost, and nothing is decided by it, so it writes no invalidation row.
 */
export class UsageRecorder {
  readonly #options: UsageRecorderOptions;
  #waiting = new Map<string, Use>();
  /** What this process wrote in the last minute. */
  #written = new Map<string, number>();
  readonly #flushes: Rounds;

  constructor(options: UsageRecorderOptions) {
    this.#options = options;
    const { flushMs: everyMs = 5_000, onError } = options;
    this.#flushes = new Rounds({ run: () => this.flush(), everyMs, onError });
  }

  start(): void {
    this.#flushes.start();
  }

  note({ id, ip, service }: Omit<Use, 'at'>, at = new Date()): void {
    if (at.getTime() - (this.#written.get(id) ?? -Infinity) < oncePerMs) return;
    const earlier = this.#waiting.get(id);
    if (earlier === undefined && this.#waiting.size >= maxWaiting) return;
    this.#waiting.set(id, { id, ip: ip ?? earlier?.ip ?? null, service, at });
  }

  async flush(): Promise<void> {
    if (this.#waiting.size === 0) return;
    const uses = [...this.#waiting.values()];
    this.#waiting = new Map();
    const now = Date.now();
    for (const [id, at] of this.#written) if (now - at >= oncePerMs) this.#written.delete(id);
    for (const { id, at } of uses) this.#written.set(id, at.getTime());
    try {
      await this.#options.store.write(uses);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** Writes what is waiting. */
  async stop(): Promise<void> {
    await this.#flushes.stop();
    await this.flush();
  }
}
