import { Rounds } from '@pcft/background';
import type { TransactionClient } from '@pcft/events';
import { OutboundFailed, TargetRefused } from '@pcft/outbound';
import { randomUUID } from 'node:crypto';
import type { AuditRow } from '../audit-log/audit-row.ts';
import { matchesRow } from '../live/row-filter.ts';
import type { RowsInOrder } from '../live/rows-in-order.ts';
import type { Deliver } from './deliver.ts';
import { DeliveryFailed } from './delivery.ts';
import type { HeldSink, SinkQueue } from './sink-queue.ts';

export type CourierMetric = 'delivered' | 'failed' | 'gave-up';

export interface SinkCourierOptions {
  readonly queue: SinkQueue;
  readonly rows: RowsInOrder;
  readonly deliver: Deliver;
  /** Writes down that a sink is given up, in the transaction that does it. Where it throws, the sink is not given up yet. */
  readonly recordGivingUp: (
    transaction: TransactionClient,
    sink: HeldSink,
    error: string,
  ) => Promise<unknown>;
  readonly onMetric: (metric: CourierMetric) => void;
  readonly onError: (error: unknown) => void;
  readonly giveUpAfterMs: number;
  readonly pace?: Partial<typeof defaultPace>;
}

const defaultPace = {
  lookEveryMs: 1_000,
  firstRetryMs: 1_000,
  longestRetryMs: 3_600_000,
  /** A sink that is far behind lets others have their turn. */
  turnMs: 20_000,
};

const atOnce = 16;
/** Of one log: the slow sinks of one workspace leave most of a process to the others. */
const atOnceOfLog = 4;
const rowsAtOnce = 100;
const largestMessage = 1024 * 1024;

/**
 * Carries rows to sinks, in order and at least once: a message is sent, then the position moves. What failed is repeated
 * as it was, under the same id, later and later. Any number of processes run one.
 */
export class SinkCourier {
  readonly #options: SinkCourierOptions;
  readonly #pace: typeof defaultPace;
  readonly #me = randomUUID();
  /** Each with its log. */
  readonly #underWay = new Map<Promise<void>, string>();
  readonly #looks: Rounds;

  constructor(options: SinkCourierOptions) {
    this.#options = options;
    this.#pace = { ...defaultPace, ...options.pace };
    this.#looks = new Rounds({
      ...{ run: () => this.#look(), everyMs: this.#pace.lookEveryMs, firstAfterMs: 0 },
      onError: options.onError,
    });
  }

  start(): void {
    this.#looks.start();
  }

  /** What is under way is finished, for three seconds at most; another process takes over the rest. */
  async stop(): Promise<void> {
    const done = this.#looks.stop().then(() => Promise.all(this.#underWay.keys()));
    await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 3_000).unref())]);
  }

  async #look(): Promise<void> {
    const free = atOnce - this.#underWay.size;
    if (free <= 0) return;
    const share = { most: atOnceOfLog, busy: this.#busy() };
    for (const sink of await this.#options.queue.claim(this.#me, free, share)) {
      const work = this.#carry(sink)
        .catch((error: unknown) => this.#options.onError(error))
        .finally(() => this.#underWay.delete(work));
      this.#underWay.set(work, sink.log);
    }
  }

  /** Counted here: what the table says of holders ends with every change of a sink, the delivery does not. */
  #busy(): ReadonlyMap<string, number> {
    const logs = [...this.#underWay.values()];
    return new Map([...Map.groupBy(logs, (log) => log)].map(([log, each]) => [log, each.length]));
  }

  async #carry(sink: HeldSink): Promise<void> {
    const { queue, rows } = this.#options;
    const until = performance.now() + this.#pace.turnMs;
    let { position, pendingTo } = sink;
    while (!this.#looks.stopped && performance.now() < until) {
      const page = await rows.after(sink.log, position, rowsAtOnce);
      const again = pendingTo === null ? [] : page.filter(({ seq }) => seq <= (pendingTo ?? seq));
      // Of what failed before, nothing may be left: it was retired meanwhile.
      const batch = bounded(again.length > 0 ? again : page);
      const last = batch.at(-1);
      if (!last) break;
      const fitting = batch.filter((row) => matchesRow(sink.filter, row));
      const error = fitting.length === 0 ? null : await this.#send(sink, last.seq, fitting);
      if (error) return this.#failed(sink, last.seq, error);
      if (!(await queue.advance(this.#me, sink.id, last.seq, fitting.length > 0))) break;
      position = last.seq;
      pendingTo = null;
    }
    await queue.release(this.#me, sink.id);
  }

  async #send(sink: HeldSink, to: bigint, rows: readonly AuditRow[]): Promise<Error | null> {
    const id = `msg_${sink.id.slice('snk_'.length)}_${to}`;
    try {
      const at = rows.at(-1)?.occurredAt ?? new Date();
      await this.#options.deliver(sink, { id, type: 'audit.rows', at, rows });
      this.#options.onMetric('delivered');
      return null;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async #failed(sink: HeldSink, to: bigint, error: Error): Promise<void> {
    const { queue, onMetric, recordGivingUp, giveUpAfterMs } = this.#options;
    const told = reasonOf(error);
    const failed = error instanceof DeliveryFailed ? error : null;
    // What has a cause on this side, a disk that is full say, is the operator's business too.
    if (told === null || failed?.cause !== undefined) this.#options.onError(error);
    const said = told ?? 'could not be delivered';
    const failure = {
      ...{ to, error: said, againInMs: this.#againInMs(sink.failures, error) },
      giveUpAfterMs: failed?.forGood ? 0 : giveUpAfterMs,
    };
    const gaveUp = await queue.fail(this.#me, sink.id, failure, (transaction) =>
      recordGivingUp(transaction, sink, said),
    );
    onMetric(gaveUp ? 'gave-up' : 'failed');
  }

  /** Twice as long each time, an hour at most, and never all at the same moment. */
  #againInMs(failures: number, error: Error): number {
    const { firstRetryMs, longestRetryMs } = this.#pace;
    const asked = error instanceof DeliveryFailed ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
    const longer = firstRetryMs * 2 ** Math.min(failures, 20);
    return Math.round(Math.min(longestRetryMs, Math.max(longer * (0.5 + Math.random() / 2), asked)));
  }
}

/** What can be told to the owner of a sink; `null`: a fault of this side. */
export function reasonOf(error: unknown): string | null {
  const told =
    error instanceof DeliveryFailed || error instanceof OutboundFailed || error instanceof TargetRefused;
  return told ? error.message : null;
}

/** As many rows as make a message of a sensible size; always one. */
function bounded(rows: readonly AuditRow[]): readonly AuditRow[] {
  let size = 0;
  const end = rows.findIndex((row, n) => {
    size += JSON.stringify(row.event).length;
    return n > 0 && size > largestMessage;
  });
  return end === -1 ? rows : rows.slice(0, end);
}
