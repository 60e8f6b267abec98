import type { InvalidationPush } from '../../src/lease/index.ts';
import { Bus } from './bus.ts';
import { Database } from './database.ts';
import { PROFILES, scheduleFaults, type Cast, type Profile } from './faults.ts';
import { Machine } from './machine.ts';
import { Network } from './network.ts';
import { Platform, type Ack, type Surroundings } from './platform.ts';
import type { ProtocolVariant } from './protocol-variant.ts';
import { Random } from './random.ts';
import { Service, type Tally } from './service.ts';
import { Simulation } from './simulation.ts';
import { createChange, createWorld, type Call, type Credential, type Revocation } from './world.ts';

const END_MS = 7500;

/** A call that was accepted though it was sent after its credential's revoke had returned, or after it had expired. */
export interface Violation {
  seed: number;
  profile: Profile;
  call: Call;
  /** True time from which on no call may be sent and accepted. */
  deadSince: number;
}

export interface Outcome extends Tally {
  profile: Profile;
  calls: number;
  /** Calls that were sent when their credential had been revoked, and the revoke had returned, or had expired. */
  deadCalls: number;
  /** Those of them that were accepted. */
  violations: Violation[];
  /** How revokes returned. */
  acknowledged: number;
  waited: number;
}

/** One seed, one schedule: calls, revokes and faults at random times, until nothing is under way any more. */
export async function runSchedule(
  seed: number,
  variant: ProtocolVariant,
  profile: Profile = PROFILES[seed % PROFILES.length] as Profile,
): Promise<Outcome> {
  const schedule = new Schedule(seed, variant, profile);
  return schedule.run();
}

class Schedule {
  readonly #seed: number;
  readonly #profile: Profile;
  readonly #variant: ProtocolVariant;
  readonly #random: Random;
  readonly #simulation = new Simulation();
  readonly #around: Surroundings;
  readonly #platforms: Platform[];
  readonly #services: Service[] = [];
  readonly #nats: Machine;
  readonly #world;
  readonly #calls: Call[] = [];
  readonly #tally: Tally = { accepted: 0, fromCache: 0, introspections: 0, unavailable: 0 };
  readonly #returns = { acknowledged: 0, waited: 0, already: 0 };

  constructor(seed: number, variant: ProtocolVariant, profile: Profile) {
    this.#seed = seed;
    this.#variant = variant;
    this.#profile = profile;
    this.#random = new Random(seed * 7919 + 13);
    const has = (fault: Profile) => profile === fault || profile === 'everything';
    const network = new Network(this.#simulation, this.#random, {
      hasDelays: has('delays') || has('joins'),
      hasLosses: profile !== 'calm',
    });
    this.#nats = this.#machine('nats');
    this.#world = createWorld(this.#random.between(1500, 4500));
    const database = new Database(
      this.#machine('database'),
      this.#simulation,
      this.#random,
      variant,
      this.#world,
    );
    this.#around = {
      network,
      database,
      invalidations: new Bus<InvalidationPush>(this.#nats, network),
      acks: new Bus<Ack>(this.#nats, network),
      variant,
    };
    this.#platforms = [0, 1].map((i) => new Platform(this.#machine(`platform ${i}`), this.#around));
  }

  async run(): Promise<Outcome> {
    for (const platform of this.#platforms) platform.start();
    // Without older processes, a revoke has to wait for nobody but those that join beside it.
    const services = this.#profile === 'joins' ? 0 : 3;
    for (let i = 0; i < services; i++) this.#addService();
    for (const service of this.#services) this.#scheduleSteadyCalls(service);
    const revokedAt = this.#revokeTimes();
    this.#world.revocations.forEach((revocation, i) =>
      this.#scheduleRevocation(revocation, revokedAt[i] as number),
    );
    this.#scheduleBurst(
      this.#world.credentials.at(-1) as Credential,
      this.#world.credentials.at(-1)!.expiresAt,
    );
    const cast: Cast = {
      simulation: this.#simulation,
      random: this.#random,
      network: this.#around.network,
      database: this.#around.database,
      nats: this.#nats,
      platforms: this.#platforms,
      services: this.#services,
      joinDeafService: () => this.#joinService(true),
    };
    scheduleFaults(this.#profile, cast, revokedAt);
    await this.#simulation.runUntil(END_MS);
    return {
      profile: this.#profile,
      calls: this.#calls.length,
      ...this.#judge(),
      acknowledged: this.#returns.acknowledged,
      waited: this.#returns.waited,
      ...this.#tally,
    };
  }

  #revokeTimes(): number[] {
    // With a joining process beside each, far enough apart for that one to be gone again.
    if (this.#profile === 'joins')
      return this.#world.revocations.map((_, i) => 1500 + i * 750 + this.#random.between(-50, 50));
    // Some close together, as their rows and pushes then cross.
    let last = 0;
    return this.#world.revocations.map(() => {
      const isClose = last > 0 && this.#random.chance(0.5);
      last = isClose ? last + this.#random.between(-60, 60) : this.#random.between(1500, 4500);
      return last;
    });
  }

  #machine(name: string): Machine {
    return new Machine(name, this.#simulation, this.#random, this.#variant.drift);
  }

  #addService(): Service {
    const machine = this.#machine(`service ${this.#services.length}`);
    const anyPlatform = () => {
      const up = this.#platforms.filter((platform) => platform.machine.isUp);
      return this.#random.pick(up.length > 0 ? up : this.#platforms);
    };
    const service = new Service(machine, this.#around, this.#simulation, anyPlatform, this.#tally);
    this.#services.push(service);
    service.start();
    return service;
  }

  #scheduleSteadyCalls(service: Service): void {
    for (let time = 600; time < 5500; time += this.#random.exponential(30))
      this.#scheduleCall(service, this.#random.pick(this.#world.credentials), time);
  }

  #scheduleCall(service: Service, credential: Credential, time: number): void {
    this.#simulation.at(time, () => {
      const call: Call = { credential, sentAt: this.#simulation.now, service: service.machine.name };
      this.#calls.push(call);
      this.#simulation.after(this.#around.network.latency(), () =>
        service.machine.deliver(() => void service.handle(call)),
      );
    });
  }

  /** A revoke, by an impatient client sent up to three times, with calls just before and many after its return. */
  #scheduleRevocation(revocation: Revocation, time: number): void {
    let repeatAt = time;
    const attempts = this.#profile === 'joins' || this.#random.chance(0.5) ? 1 : 3;
    for (let attempt = 0; attempt < attempts; attempt++) {
      this.#simulation.at(repeatAt, () => this.#sendRevoke(revocation));
      repeatAt += this.#random.between(5, 300) + (this.#random.chance(0.5) ? 900 : 0);
    }
    for (const credential of revocation.credentials)
      for (const service of this.#services)
        for (let i = 0; i < 5; i++)
          this.#scheduleCall(service, credential, time + this.#random.between(-15, 30));
    if (this.#random.chance(0.5)) {
      // Any change of the workspace empties the caches, so that answers are on their way when the revoke comes.
      const change = createChange({ kind: 'workspace', id: 'ws_0' });
      this.#simulation.at(time - this.#random.between(-10, 80), () => this.#sendRevoke(change));
    }
    if (this.#profile !== 'calm' && this.#profile !== 'joins' && this.#random.chance(0.3))
      this.#simulation.at(time + this.#random.between(-45, 25), () => this.#joinService(false));
  }

  #sendRevoke(revocation: Revocation): void {
    if (revocation.returned !== null) return;
    const up = this.#platforms.filter((platform) => platform.machine.isUp);
    const platform = this.#random.pick(up.length > 0 ? up : this.#platforms);
    const handle = async () => {
      const { how, commit } = await platform.revoke(revocation);
      this.#returns[how]++;
      if (revocation.returned !== null || !revocation.commits.has(commit)) return;
      revocation.returned = { commit, at: this.#simulation.now };
      for (const credential of revocation.credentials) this.#scheduleBurst(credential, this.#simulation.now);
    };
    this.#simulation.after(this.#around.network.latency(), () =>
      platform.machine.deliver(() => void handle()),
    );
  }

  /** Calls to every service from a moment on, most of them right after it. */
  #scheduleBurst(credential: Credential, from: number): void {
    for (const service of this.#services) {
      for (const [count, within] of [
        [4, 40],
        [4, 1200],
        [3, 2500],
      ] as const)
        for (let i = 0; i < count; i++)
          this.#scheduleCall(service, credential, from + 0.001 + this.#random.between(0, within));
    }
  }

  /** One more process, busy at once; no push ever reaches a deaf one. */
  #joinService(isDeaf: boolean): Service {
    const service = this.#addService();
    if (isDeaf) this.#around.invalidations.deafen(service.machine);
    for (const credential of this.#world.credentials)
      for (let i = 0; i < 6; i++)
        this.#scheduleCall(service, credential, this.#simulation.now + this.#random.exponential(40));
    return service;
  }

  #judge(): { deadCalls: number; violations: Violation[] } {
    const dead = this.#calls.flatMap((call) => {
      const revocation = this.#world.revocations.find(({ credentials }) =>
        credentials.includes(call.credential),
      );
      const deadSince = Math.min(call.credential.expiresAt, revocation?.returned?.at ?? Infinity);
      return call.sentAt > deadSince ? [{ seed: this.#seed, profile: this.#profile, call, deadSince }] : [];
    });
    return { deadCalls: dead.length, violations: dead.filter(({ call }) => call.acceptedAt !== undefined) };
  }
}
