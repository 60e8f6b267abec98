import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from './child.ts';
import type { Tier } from './process-ledger.ts';
import { signalTree } from './signal-tree.ts';

export interface SupervisedOptions {
  name: string;
  tier: Tier;
  /** Its loopback port, the same over all restarts. */
  port: number;
  launch: () => Promise<Child>;
  /** Resolves when it answers; rejects when it does not in time or has exited. */
  ready: (child: Child) => Promise<void>;
  log: (line: string) => void;
  /** Whether it is started again when it dies unasked; tests want to see the death instead. */
  revive?: boolean | undefined;
}

const firstBackoffMs = 250;
const longestBackoffMs = 10_000;

/** One process that is meant to run: when it dies without being asked to, it is started again. */
export class SupervisedProcess {
  readonly name: string;
  readonly tier: Tier;
  readonly port: number;
  readonly #options: SupervisedOptions;
  #child: Child | null = null;
  #wanted = false;
  #backoffMs = firstBackoffMs;
  #deaths = 0;

  constructor(options: SupervisedOptions) {
    this.name = options.name;
    this.tier = options.tier;
    this.port = options.port;
    this.#options = options;
  }

  /** `null` while it is down. */
  get pid(): number | null {
    return this.#child?.running === true ? this.#child.pid : null;
  }

  /** How often it died without being asked to. */
  get deaths(): number {
    return this.#deaths;
  }

  /** Starts it unless it runs, and returns when it answers. */
  async start(): Promise<void> {
    this.#wanted = true;
    await this.#bringUp();
  }

  /** Asks it to drain; it stays down until `start`. */
  async stop(): Promise<void> {
    this.#wanted = false;
    this.resume(); // what is frozen would not drain
    if (this.pid === null) return;
    const exit = await this.#child?.stop();
    if (exit?.signal === 'SIGKILL') this.#options.log(`${this.name} did not stop in time and was killed`);
  }

  /** SIGKILL; it stays down until `start`. */
  async kill(): Promise<void> {
    this.#wanted = false;
    this.resume();
    if (this.pid !== null) await this.#child?.kill();
  }

  /** SIGKILL that looks like an accident: the supervisor starts it again. Resolves when it is dead. */
  async crash(): Promise<void> {
    if (this.pid === null) return;
    const child = this.#child;
    this.resume(); // its orphans must be able to notice
    child?.signal('SIGKILL');
    await child?.exited;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Freezes it (SIGSTOP): its connections stay open and nothing answers. */
  pause(): void {
    if (this.pid !== null) signalTree(this.pid, 'SIGSTOP');
  }

  resume(): void {
    if (this.pid !== null) signalTree(this.pid, 'SIGCONT');
  }

  async #bringUp(): Promise<void> {
    // After a kill, PostgreSQL's orphaned workers hold its memory for a moment and it refuses to start.
    const attempts = this.tier === 'engine' ? 4 : 1;
    for (let attempt = 1; this.pid === null; attempt += 1) {
      const child = await this.#options.launch();
      this.#child = child;
      try {
        await this.#options.ready(child);
        if (!this.#wanted) throw new Error(`${this.name} was stopped while it started`);
        this.#watch(child);
        return;
      } catch (error) {
        if (child.running) await child.kill();
        if (attempt >= attempts || !this.#wanted) throw error;
        await delay(500);
      }
    }
  }

  #watch(child: Child): void {
    const startedAt = performance.now();
    void child.exited.then(async (exit) => {
      if (exit.expected || !this.#wanted) return;
      if (performance.now() - startedAt > 30_000) this.#backoffMs = firstBackoffMs;
      const how = exit.signal ?? `exit code ${exit.code}`;
      this.#deaths += 1;
      if (this.#options.revive === false) {
        this.#options.log(`${this.name} died (${how}), see ${child.logFile}`);
        return;
      }
      this.#options.log(
        `${this.name} died (${how}), starting it again in ${this.#backoffMs} ms; see ${child.logFile}`,
      );
      await this.#revive();
    });
  }

  async #revive(): Promise<void> {
    while (this.#wanted && this.pid === null) {
      await delay(this.#backoffMs);
      this.#backoffMs = Math.min(this.#backoffMs * 2, longestBackoffMs);
      if (!this.#wanted || this.pid !== null) return; // stopped, or started by hand, meanwhile
      try {
        await this.#bringUp();
        this.#options.log(`${this.name} runs again`);
      } catch (error) {
        if (!this.#wanted) return;
        this.#options.log(
          `${this.name} does not come up: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
  }
}
