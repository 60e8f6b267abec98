import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from '../processes/child.ts';
import type { ProcessLedger } from '../processes/process-ledger.ts';

export type EngineName = 'postgres' | 'redis' | 'nats';

/** What an engine needs to know of the suite it belongs to. */
export interface EngineContext {
  dataDir: string;
  cacheDir: string;
  ledger: ProcessLedger;
  log: (line: string) => void;
}

/** One engine that this suite runs itself. Its port stays the same over stops and starts. */
export class Engine {
  readonly name: EngineName;
  readonly port: number;
  readonly #launch: () => Promise<Child>;
  readonly #ready: (child: Child) => Promise<void>;
  #child: Child | null = null;

  constructor(
    name: EngineName,
    port: number,
    launch: () => Promise<Child>,
    ready: (child: Child) => Promise<void>,
  ) {
    this.name = name;
    this.port = port;
    this.#launch = launch;
    this.#ready = ready;
  }

  get child(): Child | null {
    return this.#child?.running === true ? this.#child : null;
  }

  /** Starts it unless it runs, and returns when it answers. */
  async start(): Promise<void> {
    for (let attempt = 1; this.child === null; attempt += 1) {
      const child = await this.#launch();
      this.#child = child;
      try {
        await this.#ready(child);
      } catch (error) {
        // After a kill, PostgreSQL's orphaned workers hold its memory for a moment and it refuses to start.
        if (child.running || attempt === 4) throw error;
        await delay(500);
      }
    }
  }

  /** Clean shutdown: what was acknowledged is on disk. */
  async stop(): Promise<void> {
    await this.child?.stop();
  }
}
