import { HealthProbe } from './health-probe.ts';
import type { UpstreamAgent, UpstreamInstance } from './upstream-agent.ts';

export interface HealthWatchOptions {
  /** Between an answer and the next question; 0 watches nothing. */
  everyMs: number;
  /** After this a question counts as unanswered. */
  timeoutMs: number;
}

/**
 * One that is silent already is waited for longer: so one that only answers late is found again. With what calls it then
 * answers it stays.
 */
const patience = 3;

/** Asks every instance of a service how it is, one question at a time, for as long as the gateway runs. */
export class HealthWatch {
  readonly #agent: UpstreamAgent;
  readonly #options: HealthWatchOptions;
  readonly #probes: HealthProbe[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #closed = false;

  constructor(agent: UpstreamAgent, options: HealthWatchOptions) {
    this.#agent = agent;
    this.#options = options;
    if (options.everyMs > 0) for (const instance of agent.instances) this.#watch(instance);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const probe of this.#probes) probe.close();
  }

  #watch(instance: UpstreamInstance): void {
    const probe = new HealthProbe(instance.origin);
    this.#probes.push(probe);
    const ask = async (): Promise<void> => {
      const askedAt = performance.now();
      const { timeoutMs } = this.#options;
      const isSilent = instance.health.standing === 'silent';
      const outcome = await probe.ask(isSilent ? patience * timeoutMs : timeoutMs);
      if (this.#closed) return;
      this.#agent.change(instance, (health) => health.probed(outcome, instance.heardAtMs >= askedAt));
      // Whoever was waited for has used up its pause: two timeouts have to fit into the two seconds of an answer.
      const waitedMs = outcome === 'unanswered' ? performance.now() - askedAt : 0;
      const timer = setTimeout(
        () => {
          this.#timers.delete(timer);
          void ask();
        },
        Math.max(0, this.#options.everyMs - waitedMs),
      ).unref();
      this.#timers.add(timer);
    };
    void ask();
  }
}
