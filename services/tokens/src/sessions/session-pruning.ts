import type { SessionStore } from './session-store.ts';

const everyMs = 10 * 60_000;

/** Forgets sessions that ran out a week ago. Runs in every process; several do no harm. */
export class SessionPruning {
  readonly #sessions: Pick<SessionStore, 'prune'>;
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | null = null;
  #pruning: Promise<unknown> = Promise.resolve();

  constructor(ports: { sessions: Pick<SessionStore, 'prune'>; onError: (error: unknown) => void }) {
    this.#sessions = ports.sessions;
    this.#onError = ports.onError;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#pruning = this.#sessions.prune().catch(this.#onError);
    }, everyMs);
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#pruning;
  }
}
