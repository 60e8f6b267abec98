import { HolderRemoval, type Answer, type InvalidationPush, type Passed } from '../../src/lease/index.ts';
import type { RevocationBarrier, Renewal } from '../../src/lease/index.ts';
import type { Bus } from './bus.ts';
import type { Database } from './database.ts';
import type { Machine } from './machine.ts';
import type { Network } from './network.ts';
import type { ProtocolVariant } from './protocol-variant.ts';
import type { Commit, Revocation } from './world.ts';

export interface Ack {
  holderId: string;
  n: number;
}

export interface Surroundings {
  network: Network;
  database: Database;
  invalidations: Bus<InvalidationPush>;
  acks: Bus<Ack>;
  variant: ProtocolVariant;
}

const REMOVAL_INTERVAL_MS = 300;
let holdersMade = 0;

/** An instance of platform around the real barrier and the real removal. Instances share only the database. */
export class Platform {
  readonly machine: Machine;
  readonly #around: Surroundings;
  #barrier!: RevocationBarrier;
  /** Under `holdersRead: 'in-transaction'`: what the last revoke's transaction saw. */
  #holdersSeen: readonly string[] = [];

  constructor(machine: Machine, around: Surroundings) {
    this.machine = machine;
    this.#around = around;
  }

  start(): void {
    const { variant, invalidations, acks, database } = this.#around;
    const clock = this.machine.clock();
    const barrier = new variant.barrier({
      clock,
      waitMs: variant.waitMs,
      publish: (push) => invalidations.publish(this.machine, push),
      readHolders: () => this.#readHolders(),
    });
    this.#barrier = barrier;
    void acks.subscribe(this.machine, ({ holderId, n }) => barrier.acknowledge(holderId, n));
    void this.#query(() => database.epoch).then((epoch) => barrier.noticeEpoch(epoch));

    const removal = new HolderRemoval(clock, variant.waitMs);
    const removeSilentHolders = () => {
      clock.setTimer(REMOVAL_INTERVAL_MS, removeSilentHolders);
      void this.#query(() => database.closeSilentHolders()).then((closed) => {
        const deletable = removal.deletable(closed);
        if (deletable.length > 0)
          void this.#query(() => deletable.forEach((id) => database.deleteHolder(id)));
      });
    };
    removeSilentHolders();
  }

  /** The revoke endpoint; when it resolves, the call has returned. */
  async revoke(revocation: Revocation): Promise<{ how: Passed | 'already'; commit: Commit }> {
    const committed = await this.#query(() => this.#around.database.revoke(revocation));
    if (committed === 'already') return { how: 'already', commit: [...revocation.commits][0] as Commit };
    const committedAt = this.machine.clock().now();
    this.#holdersSeen = committed.holdersSeen;
    const { commit, row } = committed;
    const how = await this.#barrier.passed({ epoch: commit.epoch, rows: [row], committedAt });
    return { how, commit };
  }

  async introspect(token: string): Promise<Answer<boolean>> {
    const { database, variant } = this.#around;
    const answer = await this.#query(() => database.introspect(token));
    if (variant.readsPositionWithData) return answer;
    return { ...answer, pos: await this.#query(() => database.position()) };
  }

  join(): Promise<{ holderId: string; epoch: string; n: number }> {
    const holderId = `lh_${++holdersMade}`;
    return this.#query(() => this.#around.database.insertHolder(holderId));
  }

  async renew(holderId: string, after: number): Promise<Renewal> {
    const renewal = await this.#query(() => this.#around.database.renew(holderId, after));
    if (renewal.open) this.#barrier.noticeEpoch(renewal.epoch);
    return renewal;
  }

  leave(holderId: string): Promise<void> {
    return this.#query(() => this.#around.database.deleteHolder(holderId));
  }

  #readHolders(): Promise<readonly string[]> {
    const { database, variant } = this.#around;
    if (variant.holdersRead === 'in-transaction') return Promise.resolve(this.#holdersSeen);
    const openOnly = variant.holdersRead === 'after-commit-open-only';
    return this.#query(() => (openOnly ? database.openHolders() : database.allHolders()));
  }

  #query<T>(statement: () => T | Promise<T>): Promise<T> {
    const { network, database } = this.#around;
    return network.call(this.machine, database.machine, statement);
  }
}
