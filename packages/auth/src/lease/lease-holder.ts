import type { AnswerCache } from './answer-cache.ts';
import type { CancelTimer, Clock, InvalidationBus, InvalidationPush, InvalidationRow } from './ports.ts';
import type { LeaseAuthority, Renewal, Unsubscribe } from './ports.ts';
import {
  FAILURES_BEFORE_SLOWING,
  JOIN_TIMEOUT_MS,
  LEASE_MS,
  RENEWAL_INTERVAL_MS,
  RENEWAL_TIMEOUT_MS,
  SLOWEST_INTERVAL_MS,
} from './protocol.ts';
import { withTimeout } from './with-timeout.ts';

export interface LeaseHolderPorts {
  clock: Clock;
  authority: LeaseAuthority;
  bus: InvalidationBus;
  cache: AnswerCache<unknown>;
  /** Told of every failed join, renewal and leave; for the log. The loop goes on by itself. */
  onFault?: (error: unknown) => void;
}

interface Membership {
  holderId: string;
  epoch: string;
}

/**
 * One process's lease: while it is valid, every change that a revoke has returned for has been applied to the cache.
 * Rules 3 to 7 of "Resolving a PAT". The protected methods are one rule each; the model check leaves them out singly.
 */
export class LeaseHolder {
  protected readonly clock: Clock;
  protected readonly authority: LeaseAuthority;
  protected readonly bus: InvalidationBus;
  protected readonly cache: AnswerCache<unknown>;
  readonly #onFault: (error: unknown) => void;

  #membership: Membership | null = null;
  /** Every row up to here has been applied. */
  #applied = 0;
  #leaseEnd = -Infinity;
  #joining = false;
  /** Joins and renewals in a row that were not answered. */
  #failures = 0;
  #stopped = false;
  #cancelTick: CancelTimer = () => {};
  #unsubscribe: Unsubscribe | null = null;

  constructor({ clock, authority, bus, cache, onFault = () => {} }: LeaseHolderPorts) {
    this.clock = clock;
    this.authority = authority;
    this.bus = bus;
    this.cache = cache;
    this.#onFault = onFault;
  }

  /** Joins, and renews until `stop`. */
  start(): void {
    this.#tick();
  }

  /** Whether the cache may be used in this very tick; after an `await` it has to be asked again. */
  isValid(): boolean {
    return this.#membership !== null && !this.#stopped && this.clock.now() < this.#leaseEnd;
  }

  /** Stops using the cache, and only then deletes the holder's row. Never rejects. */
  async stop(): Promise<void> {
    const membership = this.#membership;
    this.stopUsing();
    this.#cancelTick();
    this.#endSubscription();
    if (membership !== null) await this.#leave(membership.holderId);
  }

  protected get holderId(): string | null {
    return this.#membership?.holderId ?? null;
  }

  protected stopUsing(): void {
    this.#stopped = true;
    this.dropEverything();
  }

  /** Lease, membership and cache go together. */
  protected dropEverything(): void {
    this.#membership = null;
    this.#leaseEnd = -Infinity;
    this.cache.dropAll();
  }

  /** Joining empties the cache and grants no lease: a revoke may have read the holder rows just before. */
  protected joined(joined: { holderId: string; epoch: string; n: number }, _sentAt: number): void {
    this.cache.restart(joined.epoch, joined.n);
    this.#applied = joined.n;
    this.#membership = { holderId: joined.holderId, epoch: joined.epoch };
  }

  /** The lease counts from before the question was sent; what was committed later may not be in the reply. */
  protected grantLease(sentAt: number): void {
    this.#leaseEnd = Math.max(this.#leaseEnd, sentAt + LEASE_MS);
  }

  /** Rows that have been pruned could concern any answer. */
  protected applyRows(rows: readonly InvalidationRow[] | null): void {
    if (rows === null) this.cache.dropAll();
    else for (const row of rows) this.cache.apply(row);
  }

  protected isForeignEpoch(epoch: string): boolean {
    return epoch !== this.#membership?.epoch;
  }

  /** Applies, then acknowledges: platform lets the revoke return on our word. */
  protected applyPush(push: InvalidationPush, holderId: string): void {
    this.cache.apply(push);
    this.bus.ack(holderId, push.n);
  }

  readonly #onPush = (push: InvalidationPush): void => {
    // Without a membership the cache is empty and no lease is held; the first renewal brings the row.
    if (this.#stopped || this.#membership === null) return;
    if (this.isForeignEpoch(push.epoch)) return this.#joinAnew();
    this.applyPush(push, this.#membership.holderId);
  };

  readonly #tick = (): void => {
    this.#cancelTick = this.clock.setTimer(this.#interval(), this.#tick);
    void (this.#membership === null ? this.#join() : this.#renew(this.#membership.holderId));
  };

  /** Platform that is silent finds all that it was asked meanwhile when it wakes: the lease is over, so ask less. */
  #interval(): number {
    const beyond = Math.max(0, this.#failures - FAILURES_BEFORE_SLOWING);
    return Math.min(RENEWAL_INTERVAL_MS * 2 ** Math.min(beyond, 10), SLOWEST_INTERVAL_MS);
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    this.#onFault(error);
  }

  #joinAnew(): void {
    this.dropEverything();
    void this.#join();
  }

  async #join(): Promise<void> {
    if (this.#joining || this.#stopped) return;
    this.#joining = true;
    try {
      // Subscribed first: from the moment the row exists, revokes wait for this holder's acknowledgement.
      this.#unsubscribe ??= await this.bus.subscribe(this.#onPush);
      const sentAt = this.clock.now();
      const late = ({ holderId }: { holderId: string }) => void this.#leave(holderId);
      const joined = await withTimeout(this.clock, JOIN_TIMEOUT_MS, this.authority.join(), late);
      if (this.#stopped) return await this.#leave(joined.holderId);
      this.#failures = 0;
      this.joined(joined, sentAt);
      void this.#renew(joined.holderId);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#joining = false;
      if (this.#stopped) this.#endSubscription();
    }
  }

  async #renew(holderId: string): Promise<void> {
    const sentAt = this.clock.now();
    try {
      const asked = this.authority.renew(holderId, this.#applied);
      const renewal = await withTimeout(this.clock, RENEWAL_TIMEOUT_MS, asked);
      this.#failures = 0;
      if (this.#membership?.holderId === holderId && !this.#stopped) this.#accept(renewal, sentAt);
    } catch (error) {
      this.#failed(error);
    }
  }

  #accept(renewal: Renewal, sentAt: number): void {
    if (!renewal.open || this.isForeignEpoch(renewal.epoch)) return this.#joinAnew();
    // A reply overtaken by a later one; it knows nothing that has not been applied.
    if (renewal.n < this.#applied) return;
    this.applyRows(renewal.rows);
    this.#applied = renewal.n;
    this.cache.hear(renewal.n);
    this.grantLease(sentAt);
  }

  #endSubscription(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
  }

  async #leave(holderId: string): Promise<void> {
    try {
      await withTimeout(this.clock, JOIN_TIMEOUT_MS, this.authority.leave(holderId));
    } catch (error) {
      this.#onFault(error);
    }
  }
}
