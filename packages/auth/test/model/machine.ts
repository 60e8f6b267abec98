import type { Clock } from '../../src/lease/index.ts';
import type { Random } from './random.ts';
import type { Simulation } from './simulation.ts';

/** A process on a computer of its own: with a clock that runs a little off, it can be paused, crash and start again. */
export class Machine {
  readonly name: string;
  readonly #simulation: Simulation;
  readonly #random: Random;
  /** Monotonic clocks start anywhere, and gain or lose up to the protocol's allowance. */
  readonly #offset: number;
  readonly #rate: number;
  isUp = true;
  /** Counts restarts: what was meant for an earlier life is dropped. */
  life = 0;
  #isPaused = false;
  #held: (() => void)[] = [];

  constructor(name: string, simulation: Simulation, random: Random, drift: number) {
    this.name = name;
    this.#simulation = simulation;
    this.#random = random;
    this.#offset = random.between(0, 1e6);
    this.#rate = 1 + random.between(-drift, drift);
  }

  /** Runs something here as soon as the machine is not paused, unless its life ends before. */
  deliver(run: () => void, life = this.life): void {
    const runIfAlive = () => {
      if (this.isUp && this.life === life) run();
    };
    if (this.#isPaused) this.#held.push(runIfAlive);
    else runIfAlive();
  }

  clock(): Clock {
    const life = this.life;
    return {
      now: () => this.#offset + this.#simulation.now * this.#rate,
      setTimer: (delayMs, run) => {
        let isCancelled = false;
        this.#simulation.after(delayMs / this.#rate, () => {
          if (!isCancelled) this.deliver(() => !isCancelled && run(), life);
        });
        return () => {
          isCancelled = true;
        };
      },
    };
  }

  /** Stops the machine for a while, as SIGSTOP or a stalled disk does. Its clock goes on. */
  pause(duration: number): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#simulation.after(duration, () => {
      this.#isPaused = false;
      const held = this.#held;
      this.#held = [];
      // Timers and sockets that became ready meanwhile are served in no particular order.
      if (this.#random.chance(0.5)) this.#random.shuffle(held);
      for (const run of held) this.#simulation.after(0, () => this.deliver(run));
    });
  }

  crash(): void {
    this.isUp = false;
    this.life++;
    this.#held = [];
  }

  restart(): void {
    this.isUp = true;
  }
}
