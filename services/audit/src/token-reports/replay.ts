import { compilePolicy, evaluate, type Evaluation, type Statement } from '@pcft/policy';
import type { PastCall } from './past-calls.ts';

export interface ReplayGroup {
  readonly action: string;
  readonly resource: string;
  readonly reason: Evaluation['reason'];
  readonly statement: number | null;
  calls: number;
  firstAt: Date;
  readonly lastAt: Date;
  readonly rows: string[];
}

/** Calls that would be decided otherwise, by action and resource. */
export class ReplayGroups {
  calls = 0;
  /** Groups that were not kept, for there are too many. */
  readonly #leftOut = new Set<string>();
  readonly #groups = new Map<string, ReplayGroup>();

  add({ id, at, action, resource }: PastCall, { reason, statement }: Evaluation): void {
    this.calls++;
    const key = `${action} ${resource}`;
    const group = this.#groups.get(key);
    if (group) {
      group.calls++;
      group.firstAt = at; // the newest come first
      if (group.rows.length < 3) group.rows.push(id);
    } else if (this.#groups.size < groupsKept) {
      this.#groups.set(key, {
        ...{ action, resource, reason, statement, calls: 1, firstAt: at, lastAt: at, rows: [id] },
      });
    } else if (this.#leftOut.size < leftOutCounted) this.#leftOut.add(key);
  }

  get leftOut(): number {
    return this.#leftOut.size;
  }

  mostFirst(): ReplayGroup[] {
    return [...this.#groups.values()].sort((a, b) => b.calls - a.calls);
  }
}

const groupsKept = 500;
const leftOutCounted = 10_000;

/** A policy, tried on calls one by one. */
export class Replay {
  /** Were allowed and would be refused. */
  readonly refused = new ReplayGroups();
  /** Were refused by the policy of their time alone, and would be allowed. */
  readonly allowed = new ReplayGroups();
  readonly #policy: ReturnType<typeof compilePolicy>;

  constructor(statements: readonly Statement[]) {
    this.#policy = compilePolicy(statements);
  }

  see(call: PastCall): void {
    const evaluation = evaluate(this.#policy, call.action, call.resource);
    if (call.refusedBy === null) {
      if (evaluation.effect === 'deny') this.refused.add(call, evaluation);
    } else if (call.refusedBy === 'policy' && evaluation.effect === 'allow') {
      // The policy is asked last: every other layer had allowed it.
      this.allowed.add(call, evaluation);
    }
  }
}
