/** What the lease needs from outside. Adapters live in the services' composition; the model check has its own. */

export type CancelTimer = () => void;

export interface Clock {
  /** Monotonic milliseconds of this process. Never wall-clock time, which jumps. */
  now(): number;
  setTimer(delayMs: number, run: () => void): CancelTimer;
}

/** Of platform's log: what introspections rest on. */
export const platformSubjectKinds = ['credential', 'account', 'workspace', 'member'] as const;

/** Of the log of tokens: what its own caches rest on. A credential there is an app API key or an M2M credential. */
export const heimdallSubjectKinds = ['app', 'user', 'role', 'session', 'tenant', 'signing-key'] as const;

/** What a change of a log is about. A member's id is `acc_…:ws_…`. */
export interface Subject {
  kind: (typeof platformSubjectKinds)[number] | (typeof heimdallSubjectKinds)[number];
  id: string;
}

/** One row of the invalidation log; `n` is gapless and in commit order. */
export interface InvalidationRow extends Subject {
  n: number;
}

/** A row as published, with the epoch of the database it was committed to. */
export interface InvalidationPush extends InvalidationRow {
  epoch: string;
}

/** Platform's answer to a renewal. `rows` are those after `after`, or null when some of them have been pruned. */
export type Renewal =
  { open: false } | { open: true; epoch: string; n: number; rows: readonly InvalidationRow[] | null };

/** Platform, as the keeper of leases. Every method rejects when platform cannot be reached. */
export interface LeaseAuthority {
  /** Inserts and commits a holder row with a fresh id. `n` may be read before the row is visible: it grants nothing. */
  join(): Promise<{ holderId: string; epoch: string; n: number }>;
  /** One statement: holder open, n, rows after. `open: false` for a closed or unknown holder. */
  renew(holderId: string, after: number): Promise<Renewal>;
  /** Deletes the holder row. */
  leave(holderId: string): Promise<void>;
}

export type Unsubscribe = () => void;

/** The `inval` subject: at most once, in any order. */
export interface InvalidationBus {
  /** Resolves when the subscription is in force (or will be, by itself, as soon as the bus is back). */
  subscribe(onPush: (push: InvalidationPush) => void): Promise<Unsubscribe>;
  /** Tells platform that the holder has applied row `n`. Fire and forget. */
  ack(holderId: string, n: number): void;
}

/** Platform's word about a token in a workspace, read in one statement with the log position `pos`. */
export interface Answer<Value> {
  epoch: string;
  pos: number;
  /** False for everything that grants nothing: unknown token, no member, pinned elsewhere. Never cached. */
  positive: boolean;
  /** Milliseconds to the earliest expiry among what the answer rests on, or null for none. */
  ttlMs: number | null;
  /** Everything whose change makes the answer void. */
  subjects: readonly Subject[];
  value: Value;
}

/** Asks platform. Rejects only for failures of transport; "no" is an answer that is not positive. */
export type Introspect<Value> = (token: string, workspace: string) => Promise<Answer<Value>>;
