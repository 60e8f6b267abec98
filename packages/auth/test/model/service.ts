import { IntrospectionUnavailable, type LeaseHolder, type Resolver } from '../../src/lease/index.ts';
import type { Machine } from './machine.ts';
import type { Platform, Surroundings } from './platform.ts';
import type { Simulation } from './simulation.ts';
import type { Call } from './world.ts';

/** What the services of a schedule did, to see that it was not for want of trying that nothing went wrong. */
export interface Tally {
  accepted: number;
  /** Accepted at once, on an answer that was there. */
  fromCache: number;
  introspections: number;
  unavailable: number;
}

/** A service process: the real lease, cache and resolver on a simulated clock and network. */
export class Service {
  readonly machine: Machine;
  readonly #around: Surroundings;
  readonly #simulation: Simulation;
  readonly #anyPlatform: () => Platform;
  readonly #tally: Tally;
  #lease!: LeaseHolder;
  #resolver!: Resolver<boolean>;

  constructor(
    machine: Machine,
    around: Surroundings,
    simulation: Simulation,
    anyPlatform: () => Platform,
    tally: Tally,
  ) {
    this.machine = machine;
    this.#around = around;
    this.#simulation = simulation;
    this.#anyPlatform = anyPlatform;
    this.#tally = tally;
  }

  start(): void {
    const { variant, invalidations, acks } = this.#around;
    const clock = this.machine.clock();
    const cache = new variant.cache();
    this.#lease = new variant.lease({
      clock,
      cache,
      authority: {
        join: () => this.#ask((platform) => platform.join()),
        renew: (holderId, after) => this.#ask((platform) => platform.renew(holderId, after)),
        leave: (holderId) => this.#ask((platform) => platform.leave(holderId)),
      },
      bus: {
        subscribe: (onPush) => invalidations.subscribe(this.machine, onPush),
        ack: (holderId, n) => acks.publish(this.machine, { holderId, n }),
      },
    });
    this.#resolver = new variant.resolver({
      clock,
      cache,
      lease: this.#lease,
      introspect: (token) => {
        this.#tally.introspections++;
        return this.#ask((platform) => platform.introspect(token));
      },
    });
    this.#lease.start();
  }

  /** SIGTERM: the lease is given back, calls under way and late ones are still answered. */
  async stop(): Promise<void> {
    await this.#lease.stop();
  }

  async handle(call: Call): Promise<void> {
    const arrival = this.machine.clock().now();
    const arrivedAt = this.#simulation.now;
    const { token, workspace } = call.credential;
    try {
      await this.#resolver.resolve({ token, workspace }, arrival, ({ value }) => {
        if (!value) return;
        call.acceptedAt = this.#simulation.now;
        this.#tally.accepted++;
        if (this.#simulation.now === arrivedAt) this.#tally.fromCache++;
      });
    } catch (error) {
      if (!(error instanceof IntrospectionUnavailable)) throw error;
      this.#tally.unavailable++;
    }
  }

  #ask<T>(question: (platform: Platform) => Promise<T>): Promise<T> {
    const platform = this.#anyPlatform();
    return this.#around.network.call(this.machine, platform.machine, () => question(platform));
  }
}
