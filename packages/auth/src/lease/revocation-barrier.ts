import type { Clock, InvalidationPush, InvalidationRow } from './ports.ts';
import { REPUBLISH_AFTER_MS, WAIT_MS } from './protocol.ts';

export interface RevocationBarrierPorts {
  clock: Clock;
  /** Publishes on `inval`; at most once, failures are the bus's own affair. */
  publish(push: InvalidationPush): void;
  /** The ids of ALL lease_holder rows, closed ones too, read in a statement of its own. */
  readHolders(): Promise<readonly string[]>;
  /** W; only the model check sets it. */
  waitMs?: number;
}

/** Why a revoke may return: every holder has applied it, or every lease that could miss it has run out. */
export type Passed = 'acknowledged' | 'waited';

/** A committed change: the rows it wrote, and the epoch it was committed in. */
export interface CommittedChange {
  epoch: string;
  rows: readonly InvalidationRow[];
  /** Own monotonic time at which the reply to COMMIT was there. */
  committedAt: number;
}

interface Waiting {
  /** Row numbers each holder has acknowledged. */
  acked: Map<string, Set<number>>;
  check(): void;
}

/**
 * Platform's side of a revoke, after COMMIT (rules 6 and 8). One per process; platform instances share nothing.
 */
export class RevocationBarrier {
  readonly #ports: RevocationBarrierPorts;
  readonly #waitMs: number;
  readonly #waiting = new Map<number, Set<Waiting>>();
  #epoch: { name: string; since: number } | null = null;

  constructor(ports: RevocationBarrierPorts) {
    this.#ports = ports;
    this.#waitMs = ports.waitMs ?? WAIT_MS;
  }

  /**
   * Tells the barrier which epoch the database is in: at start, and whenever one is read. For W after an epoch was first
   * seen, revokes wait in full: the restore may have lost the rows of holders whose leases are still running.
   */
  noticeEpoch(epoch: string): void {
    if (this.#epoch?.name !== epoch) this.#epoch = { name: epoch, since: this.#ports.clock.now() };
  }

  /** Takes an acknowledgement from the bus; those nobody waits for are dropped. */
  acknowledge(holderId: string, n: number): void {
    for (const waiting of this.#waiting.get(n) ?? []) {
      const rows = waiting.acked.get(holderId);
      if (rows) rows.add(n);
      else waiting.acked.set(holderId, new Set([n]));
      waiting.check();
    }
  }

  /**
   * Publishes the rows and resolves when the revoke may return. Never rejects: what cannot be learned is waited for.
   */
  passed(change: CommittedChange): Promise<Passed> {
    this.noticeEpoch(change.epoch);
    return new Promise((resolve) => this.#await(change, resolve));
  }

  #await({ epoch, rows, committedAt }: CommittedChange, resolve: (passed: Passed) => void): void {
    const { clock } = this.#ports;
    const cancels = new Set<() => void>();
    let holders: readonly string[] | null = null;
    const isSilent = (holder: string) => (waiting.acked.get(holder)?.size ?? 0) < rows.length;

    const finish = (passed: Passed) => {
      for (const cancel of cancels) cancel();
      for (const { n } of rows) this.#forget(n, waiting);
      resolve(passed);
    };
    const waiting: Waiting = {
      acked: new Map(),
      check: () => {
        if (holders !== null && !holders.some(isSilent)) finish('acknowledged');
      },
    };
    const publish = () => {
      for (const row of rows) this.#ports.publish({ epoch, n: row.n, kind: row.kind, id: row.id });
    };
    const waitRest = () => {
      // Timers may fire early; the lease we wait for does not end earlier for that.
      const rest = committedAt + this.#waitMs - clock.now();
      if (rest <= 0) finish('waited');
      else cancels.add(clock.setTimer(rest, waitRest));
    };

    for (const { n } of rows) this.#waiting.set(n, (this.#waiting.get(n) ?? new Set()).add(waiting));
    publish();
    for (const delay of REPUBLISH_AFTER_MS) cancels.add(clock.setTimer(delay, publish));
    waitRest();
    if (this.#isEpochYoung()) return;
    this.#ports.readHolders().then(
      (ids) => {
        holders = ids;
        waiting.check();
      },
      () => {}, // Unknown holders cannot be waited for one by one: W it is.
    );
  }

  #isEpochYoung(): boolean {
    return this.#epoch !== null && this.#ports.clock.now() - this.#epoch.since < this.#waitMs;
  }

  #forget(n: number, waiting: Waiting): void {
    const all = this.#waiting.get(n);
    all?.delete(waiting);
    if (all?.size === 0) this.#waiting.delete(n);
  }
}
