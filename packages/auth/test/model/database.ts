import type { Answer, InvalidationRow, Renewal } from '../../src/lease/index.ts';
import type { Machine } from './machine.ts';
import type { ProtocolVariant } from './protocol-variant.ts';
import type { Random } from './random.ts';
import type { Simulation } from './simulation.ts';
import { subjectsOf, type Commit, type Credential, type Revocation, type World } from './world.ts';

// Shorter than the protocol's 5 s and 2 s, so that holders come and go within a schedule. The database's wall clock,
// by which they are measured, jumps: nothing but the number of removals may depend on it.
const CLOSE_AFTER_MS = 1200;
const TOUCH_INTERVAL_MS = 500;

interface Holder {
  isClosed: boolean;
  touchedAt: number;
}

/** The primary: its tables as what is committed now, its statements as functions that run in one moment. */
export class Database {
  readonly machine: Machine;
  readonly #simulation: Simulation;
  readonly #random: Random;
  readonly #variant: ProtocolVariant;
  readonly #credentials: ReadonlyMap<string, Credential>;
  readonly #revocations: readonly Revocation[];

  #epoch = 1;
  #counter = 0;
  /** In commit order. */
  #log: (InvalidationRow & { committedAt: number })[] = [];
  #prunedUpTo = 0;
  #holders = new Map<string, Holder>();
  #sequence = 0;
  #counterLock: Promise<void> = Promise.resolve();
  /** What a restore to a moment has to take back. */
  readonly #undo: { at: number; undo: () => void }[] = [];
  wallClockOffset = 0;
  logRetentionMs = Infinity;

  constructor(
    machine: Machine,
    simulation: Simulation,
    random: Random,
    variant: ProtocolVariant,
    world: World,
  ) {
    this.machine = machine;
    this.#simulation = simulation;
    this.#random = random;
    this.#variant = variant;
    this.#credentials = new Map(world.credentials.map((credential) => [credential.token, credential]));
    this.#revocations = world.revocations;
  }

  get epoch(): string {
    return `epoch ${this.#epoch}`;
  }

  /** The change and its row, in one transaction. Also tells which holders a statement within it would have seen. */
  async revoke(
    revocation: Revocation,
  ): Promise<{ commit: Commit; row: InvalidationRow; holdersSeen: string[] } | 'already'> {
    if (revocation.commits.size > 0 && !this.#variant.repeatsBarrier) return 'already';
    const epoch = this.#epoch;
    const holdersSeen = this.allHolders();
    const n = await (this.#variant.positions === 'counter'
      ? this.#commitWithCounter()
      : this.#commitWithSequence());
    if (epoch !== this.#epoch) return new Promise(() => {}); // The restore ended the connection.
    const row = { n, ...revocation.subject };
    const entry = { ...row, committedAt: this.#simulation.now };
    const commit = { n, epoch: this.epoch };
    this.#log.push(entry);
    revocation.commits.add(commit);
    this.#remember(() => {
      this.#log = this.#log.filter((other) => other !== entry);
      this.#counter = Math.min(this.#counter, n - 1);
      revocation.commits.delete(commit);
      // A restore that loses the revoke itself is beyond what the protocol promises.
      if (revocation.returned?.commit === commit) revocation.returned = null;
    });
    return { commit, row, holdersSeen };
  }

  position(): number {
    return this.#variant.positions === 'counter'
      ? this.#counter
      : Math.max(0, ...this.#log.map(({ n }) => n));
  }

  /** One statement: position, and what the credential is worth. */
  introspect(token: string): Answer<boolean> {
    const credential = this.#credentials.get(token) as Credential;
    const isRevoked = this.#revocations.some((r) => r.commits.size > 0 && r.credentials.includes(credential));
    const rest = credential.expiresAt - this.#simulation.now;
    const positive = !isRevoked && rest > 0;
    return {
      epoch: this.epoch,
      pos: this.position(),
      positive,
      ttlMs: rest === Infinity ? null : rest,
      subjects: subjectsOf(credential),
      value: positive,
    };
  }

  /** Its snapshot is taken before the row is there for others. */
  async insertHolder(holderId: string): Promise<{ holderId: string; epoch: string; n: number }> {
    const epoch = this.#epoch;
    const joined = { holderId, epoch: this.epoch, n: this.position() };
    await this.#simulation.delay(this.#random.between(0, this.#random.chance(0.5) ? 30 : 150));
    if (epoch !== this.#epoch) return new Promise(() => {});
    this.#holders.set(holderId, { isClosed: false, touchedAt: this.#wallClock() });
    this.#remember(() => this.#holders.delete(holderId));
    return joined;
  }

  /** One statement: holder open, position, rows after. */
  renew(holderId: string, after: number): Renewal {
    const holder = this.#holders.get(holderId);
    const isOpen = holder !== undefined && !holder.isClosed;
    if (!isOpen && this.#variant.refusesClosed) return { open: false };
    const now = this.#wallClock();
    if (holder && (now - holder.touchedAt > TOUCH_INTERVAL_MS || holder.touchedAt > now))
      holder.touchedAt = now;
    this.#prune();
    const rows = after < this.#prunedUpTo ? null : this.#log.filter(({ n }) => n > after);
    return { open: true, epoch: this.epoch, n: this.position(), rows };
  }

  allHolders(): string[] {
    return [...this.#holders.keys()];
  }

  openHolders(): string[] {
    return [...this.#holders].filter(([, { isClosed }]) => !isClosed).map(([id]) => id);
  }

  /** Closes holders not touched for long (or, left out, deletes them at once); returns all that are closed. */
  closeSilentHolders(): string[] {
    for (const [id, holder] of this.#holders) {
      if (holder.touchedAt >= this.#wallClock() - CLOSE_AFTER_MS) continue;
      if (this.#variant.removal === 'at-once') this.deleteHolder(id);
      else holder.isClosed = true;
    }
    return [...this.#holders].filter(([, { isClosed }]) => isClosed).map(([id]) => id);
  }

  deleteHolder(holderId: string): void {
    const holder = this.#holders.get(holderId);
    if (holder === undefined) return;
    this.#holders.delete(holderId);
    this.#remember(() => this.#holders.set(holderId, holder));
  }

  /** A standby takes over that had not received the last transactions. */
  failOver(lostMs: number): void {
    const restoredTo = this.#simulation.now - lostMs;
    for (const { at, undo } of this.#undo.reverse()) if (at > restoredTo) undo();
    this.#undo.length = 0;
    this.#epoch++;
    this.#counterLock = Promise.resolve();
  }

  // `UPDATE inval_pos SET n = n + 1` holds the row's lock until the commit: positions are in commit order.
  async #commitWithCounter(): Promise<number> {
    const epoch = this.#epoch;
    const before = this.#counterLock;
    let release = () => {};
    this.#counterLock = new Promise((resolve) => (release = resolve));
    await before;
    await this.#simulation.delay(this.#commitTime());
    if (epoch === this.#epoch) this.#counter++;
    release();
    return this.#counter;
  }

  // A sequence gives numbers before the commit, so a lower one can become visible after a higher one.
  async #commitWithSequence(): Promise<number> {
    const n = ++this.#sequence;
    await this.#simulation.delay(this.#commitTime());
    return n;
  }

  #commitTime(): number {
    return this.#random.chance(0.15) ? this.#random.between(1, 300) : this.#random.between(0.2, 3);
  }

  #wallClock(): number {
    return this.#simulation.now + this.wallClockOffset;
  }

  #prune(): void {
    const oldest = this.#simulation.now - this.logRetentionMs;
    for (const { n, committedAt } of this.#log) {
      if (committedAt < oldest) this.#prunedUpTo = Math.max(this.#prunedUpTo, n);
    }
    this.#log = this.#log.filter(({ committedAt }) => committedAt >= oldest);
  }

  #remember(undo: () => void): void {
    this.#undo.push({ at: this.#simulation.now, undo });
  }
}
