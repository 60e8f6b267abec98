import type { Database } from './database.ts';
import type { Machine } from './machine.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';
import type { Simulation } from './simulation.ts';
import type { Platform } from './platform.ts';
import type { Service } from './service.ts';

/** What goes wrong in a schedule. `everything` is all of them in one. */
export const PROFILES = [
  'calm',
  'pauses',
  'partitions',
  'cut-offs',
  'delays',
  'crashes',
  'stops',
  'joins',
  'failover',
  'everything',
] as const;
export type Profile = (typeof PROFILES)[number];

export interface Cast {
  simulation: Simulation;
  random: Random;
  network: Network;
  database: Database;
  nats: Machine;
  platforms: Platform[];
  services: Service[];
  /** Starts one more service, which no push ever reaches. */
  joinDeafService: () => Service;
}

/** Puts a profile's faults into the schedule. They end with the revocations, so that what they left can be seen. */
export function scheduleFaults(profile: Profile, cast: Cast, revokedAt: readonly number[]): void {
  const has = (fault: Profile) => profile === fault || profile === 'everything';
  if (has('pauses')) schedulePauses(cast, revokedAt);
  if (has('partitions')) schedulePartitions(cast);
  if (has('cut-offs')) scheduleCutOffs(cast, revokedAt);
  if (has('crashes')) scheduleCrashes(cast);
  if (has('stops')) scheduleStops(cast, revokedAt);
  if (has('crashes') || has('delays')) scheduleWallClockJumps(cast);
  if (has('joins')) scheduleJoins(cast, revokedAt);
  if (has('failover')) scheduleFailover(cast, revokedAt);
}

function someDuration(random: Random): number {
  const [low, high] = random.pick<readonly [number, number]>([
    [20, 120],
    [200, 700],
    [700, 1600],
    [1500, 3000],
  ]);
  return random.between(low, high);
}

function schedulePauses(
  { simulation, random, services, platforms, nats, database }: Cast,
  revokedAt: readonly number[],
) {
  const anyMachine = () =>
    random.pick([
      ...services.map((s) => s.machine),
      ...platforms.map((p) => p.machine),
      nats,
      database.machine,
    ]);
  for (let i = 0; i < 8; i++)
    simulation.at(random.between(500, 5000), () => anyMachine().pause(someDuration(random)));
  // A service frozen around a revoke is the one that could wake up with a stale yes.
  for (const time of revokedAt) {
    if (random.chance(0.7))
      simulation.at(time + random.between(-400, 60), () =>
        random.pick(services).machine.pause(someDuration(random)),
      );
  }
}

function schedulePartitions({ simulation, random, network, services, platforms, nats, database }: Cast) {
  database.logRetentionMs = random.between(100, 1500);
  for (let i = 0; i < 9; i++) {
    simulation.at(random.between(300, 5000), () => {
      const duration = someDuration(random) * 1.2;
      const service = random.pick(services).machine;
      if (random.chance(0.4)) {
        // Away from all of platform and from the bus: its lease runs out, rows pass it by.
        for (const { machine } of platforms) network.cut(service, machine, duration);
        network.cut(service, nats, duration * random.between(0.8, 1.5));
      } else {
        const platform = random.pick(platforms).machine;
        network.cut(random.chance(0.5) ? service : platform, random.chance(0.6) ? nats : platform, duration);
      }
    });
  }
}

// Around a revoke, a service hears no pushes, and often no platform either: it lives on its last lease, while the
// database, its wall clock set forward, takes it for gone.
function scheduleCutOffs(
  { simulation, random, network, services, platforms, nats, database }: Cast,
  revokedAt: readonly number[],
) {
  for (const time of revokedAt) {
    const service = random.pick(services).machine;
    if (random.chance(0.5)) network.slowDown(service);
    simulation.at(time - random.between(0, 300), () => network.cut(service, nats, 3000));
    const cutAt = time - random.between(-150, 700);
    if (random.chance(0.7))
      simulation.at(cutAt, () => {
        for (const { machine } of platforms) network.cut(service, machine, 2000);
      });
    // Asleep while its last renewal came in, it does not know how long ago that was answered.
    if (random.chance(0.7))
      simulation.at(cutAt - random.between(0, 200), () => service.pause(random.between(100, 390)));
    if (random.chance(0.5))
      simulation.at(time - random.between(0, 600), () => {
        database.wallClockOffset += 3000;
      });
  }
}

function scheduleCrashes({ simulation, random, services, platforms }: Cast) {
  for (let i = 0; i < 6; i++) {
    simulation.at(random.between(600, 5000), () => {
      const process = random.chance(0.5) ? random.pick(platforms) : random.pick(services);
      if (!process.machine.isUp) return;
      process.machine.crash();
      simulation.after(random.between(50, 600), () => {
        process.machine.restart();
        process.start();
      });
    });
  }
}

function scheduleStops(
  { simulation, random, network, nats, services, platforms }: Cast,
  revokedAt: readonly number[],
) {
  for (const time of revokedAt) {
    if (random.chance(0.5)) continue;
    simulation.at(time - random.between(-30, 200), () => {
      const service = random.pick(services);
      const { machine } = service;
      if (!machine.isUp) return;
      // The machine goes away around its process: the bus may be gone before platform is told, its reply may never come.
      if (random.chance(0.7)) network.cut(machine, nats, 3000);
      machine.deliver(() => void service.stop());
      if (random.chance(0.7))
        simulation.after(random.between(0.5, 5), () => {
          for (const platform of platforms) network.cut(machine, platform.machine, random.between(200, 900));
        });
      // It goes on answering what reaches it, then it is gone.
      const { life } = machine;
      simulation.after(random.between(300, 3000), () => {
        if (machine.life === life) machine.crash();
      });
    });
  }
}

function scheduleWallClockJumps({ simulation, random, database }: Cast) {
  for (let i = 0; i < 4; i++)
    simulation.at(random.between(600, 5000), () => {
      database.wallClockOffset += random.between(-3000, 3000);
    });
}

// A process that registers just while a revoke commits, with answers on their way: whether it was seen decides.
function scheduleJoins({ simulation, random, network, joinDeafService }: Cast, revokedAt: readonly number[]) {
  for (const time of revokedAt)
    simulation.at(time - random.between(-10, 300), () => {
      const service = joinDeafService();
      network.slowDown(service.machine);
      // Deaf holders keep revokes waiting, so it leaves before the next.
      simulation.at(time + 300, () => service.machine.deliver(() => void service.stop()));
    });
}

// The standby knows nothing of what was committed last: neither of a process that joined just before, nor of its lease.
function scheduleFailover(
  { simulation, random, network, services, nats, database, joinDeafService }: Cast,
  revokedAt: readonly number[],
) {
  const time = random.pick(revokedAt) - random.between(0, 300);
  for (let i = 0; i < 2; i++) simulation.at(time - random.between(100, 500), joinDeafService);
  for (let i = 0; i < 2; i++)
    simulation.at(time - random.between(0, 600), () =>
      network.cut(random.pick(services).machine, nats, 3000),
    );
  // A standby lags a little; a backup may be of a time when none of today's holders had joined.
  const lostMs = random.chance(0.5) ? random.between(0, 600) : Infinity;
  simulation.at(time, () => database.failOver(lostMs));
}
