import type { Machine } from './machine.ts';
import type { Random } from './random.ts';
import type { Simulation } from './simulation.ts';

export interface NetworkFaults {
  /** Some messages take up to 1.8 s. */
  hasDelays: boolean;
  /** Few messages are lost for good. */
  hasLosses: boolean;
}

/** Messages between machines: connections that are retried while cut off, and a bus that forgets. */
export class Network {
  readonly #simulation: Simulation;
  readonly #random: Random;
  readonly #faults: NetworkFaults;
  readonly #cuts = new Set<string>();
  readonly #slow = new Set<Machine>();

  constructor(simulation: Simulation, random: Random, faults: NetworkFaults) {
    this.#simulation = simulation;
    this.#random = random;
    this.#faults = faults;
  }

  /** Cuts two machines off from each other for a while. */
  cut(a: Machine, b: Machine, duration: number): void {
    const pair = pairOf(a, b);
    this.#cuts.add(pair);
    this.#simulation.after(duration, () => this.#cuts.delete(pair));
  }

  /** From now on, every other message to and from the machine takes up to 150 ms. */
  slowDown(machine: Machine): void {
    this.#slow.add(machine);
  }

  /** How long a message takes; without machines, one of a client. */
  latency(from?: Machine, to?: Machine): number {
    if (this.#faults.hasDelays && this.#random.chance(0.04)) return this.#random.between(0, 1800);
    const isSlow = this.#slow.size > 0 && [from, to].some((machine) => machine && this.#slow.has(machine));
    if (isSlow && this.#random.chance(0.5)) return this.#random.between(0, 150);
    return 0.2 + this.#random.exponential(1.2);
  }

  /** One message over a connection: it arrives when the cut is over, or is lost with the connection. */
  send(from: Machine, to: Machine, run: () => void, lifeOfReceiver?: number): void {
    if (this.#isLost(0.003)) return;
    const arrive = () => {
      if (this.#isCut(from, to)) this.#simulation.after(40, arrive);
      else to.deliver(run, lifeOfReceiver);
    };
    this.#simulation.after(this.latency(from, to), arrive);
  }

  /** A request and its reply. Without a reply it stays open: time limits are the caller's affair. */
  call<T>(from: Machine, to: Machine, handle: () => T | Promise<T>): Promise<T> {
    const life = from.life;
    return new Promise((resolve, reject) => {
      this.send(from, to, () => {
        const reply = async () => handle();
        reply().then(
          (value) => this.send(to, from, () => resolve(value), life),
          (error: Error) => this.send(to, from, () => reject(error), life),
        );
      });
    });
  }

  /** A message of the bus on one leg of its way: at most once, and not at all while cut off. */
  sendOnce(from: Machine, to: Machine, run: () => void): void {
    if (this.#isCut(from, to) || this.#isLost(0.01)) return;
    this.#simulation.after(this.latency(from, to), () => {
      if (!this.#isCut(from, to)) to.deliver(run);
    });
  }

  #isCut(a: Machine, b: Machine): boolean {
    return this.#cuts.has(pairOf(a, b));
  }

  #isLost(probability: number): boolean {
    return this.#faults.hasLosses && this.#random.chance(probability);
  }
}

function pairOf(a: Machine, b: Machine): string {
  return [a.name, b.name].sort().join(' ');
}
