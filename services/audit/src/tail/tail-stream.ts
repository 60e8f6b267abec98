import { WakeUp } from '@pcft/background';
import { toWire } from '../audit-log/routes.ts';
import type { AuditRow } from '../audit-log/audit-row.ts';
import { matchesRow, type RowFilter } from '../live/row-filter.ts';
import type { RowsInOrder } from '../live/rows-in-order.ts';
import type { Standing } from './still-allowed.ts';

/** Why a stream ends; told in its last event. */
export type EndReason = 'time' | 'unauthorized' | 'forbidden' | 'unavailable' | 'shutdown';

export interface TailOptions {
  readonly log: string;
  /** The last row the caller has. */
  readonly after: bigint;
  readonly filter: RowFilter;
  /** How long it goes on; 0: until there is nothing more to send. */
  readonly seconds: number;
  readonly rows: RowsInOrder;
  readonly standing: () => Promise<Standing>;
  /** Called once, however it ended. */
  readonly onEnd: () => void;
  readonly pace?: Partial<typeof defaultPace>;
}

const defaultPace = {
  /** How often the right to read on is asked for while nothing comes. */
  checkMs: 500,
  /** How often the log is looked at without a hint. */
  pollMs: 2_000,
  heartbeatMs: 15_000,
  /** A caller that takes nothing for so long is cut off. */
  stallMs: 30_000,
  /** How long the right to read on may be unknown; rows wait meanwhile. */
  unknownMs: 10_000,
};

const rowsAtOnce = 200;
const retryMs = 2_000;

/**
 * One live tail: the database by `seq` is what is sent, hints only shorten the wait. Nothing is kept for the caller but
 * the position: the next rows are read when it has taken these. An iterator by hand, because a generator that waits
 * could not be ended from outside.
 */
export class TailStream implements AsyncIterableIterator<string> {
  readonly #options: TailOptions;
  readonly #pace: typeof defaultPace;
  readonly #wakeUp = new WakeUp();
  readonly #cut = new AbortController();
  readonly #endsAt: number;
  #position: bigint;
  #opened = false;
  #grown = true;
  #readAt = 0;
  #sentAt = performance.now();
  #allowedAt = performance.now();
  #ending: EndReason | null = null;
  #closed = false;
  #stall: NodeJS.Timeout | undefined;

  constructor(options: TailOptions) {
    this.#options = options;
    this.#pace = { ...defaultPace, ...options.pace };
    this.#position = options.after;
    this.#endsAt = performance.now() + options.seconds * 1_000;
  }

  /** Aborted where the caller takes nothing any more. */
  get cut(): AbortSignal {
    return this.#cut.signal;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The log may have grown. */
  hint(): void {
    this.#grown = true;
    this.#wakeUp.wake();
  }

  /** Ends it with a last event. */
  end(reason: EndReason): void {
    this.#ending ??= reason;
    this.#wakeUp.wake();
  }

  async next(): Promise<IteratorResult<string>> {
    clearTimeout(this.#stall);
    const value = await this.#chunk().catch((): null => {
      // A database that does not answer: the caller comes again, with the position it has.
      this.end('unavailable');
      return null;
    });
    if (this.#closed) return { done: true, value: undefined };
    if (value === null) return this.#last();
    this.#sentAt = performance.now();
    this.#stall = setTimeout(() => {
      this.#cut.abort(new Error('the caller takes nothing'));
      void this.return();
    }, this.#pace.stallMs);
    return { done: false, value };
  }

  return(): Promise<IteratorResult<string>> {
    if (!this.#closed) {
      this.#closed = true;
      clearTimeout(this.#stall);
      this.#wakeUp.wake();
      this.#options.onEnd();
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  /** What comes next, when it comes; `null`: the end. */
  async #chunk(): Promise<string | null> {
    if (!this.#opened) {
      this.#opened = true;
      // An id without data: the caller resumes rightly also when the connection breaks before the first row.
      return `retry: ${retryMs}\nid: ${this.#position}\n\n`;
    }
    for (;;) {
      if (this.#closed || this.#ending) return null;
      const mayRead = await this.#mayRead();
      const rows = mayRead ? await this.#read() : '';
      if (rows !== '') return rows;
      if (this.#closed || this.#ending) return null;
      const now = performance.now();
      // Never before a look that found nothing more.
      if (now >= this.#endsAt && mayRead && !this.#grown) this.end('time');
      else if (now - this.#sentAt >= this.#pace.heartbeatMs) return `: \nid: ${this.#position}\n\n`;
      else if (!this.#grown || !mayRead) await this.#wakeUp.wait(this.#waitMs(now));
    }
  }

  #waitMs(now: number): number {
    const left = this.#endsAt > now ? this.#endsAt - now : this.#pace.checkMs;
    return Math.min(this.#pace.checkMs, left, this.#sentAt + this.#pace.heartbeatMs - now);
  }

  /** Asked before and after every batch: no row is sent to whoever had lost the right to it when it was written. */
  async #mayRead(): Promise<boolean> {
    const standing = await this.#options.standing();
    const now = performance.now();
    if (standing === 'allowed') this.#allowedAt = now;
    else if (standing !== 'unknown') this.end(standing);
    else if (now - this.#allowedAt >= this.#pace.unknownMs) this.end('unavailable');
    return standing === 'allowed';
  }

  /**
   * The next rows as text. The right is asked for once more when they have been read: it may have ended while the database
   * was asked, and a row that was written behind its end would be among them. Then the position stays where it was.
   */
  async #read(): Promise<string> {
    const now = performance.now();
    if (!this.#grown && now - this.#readAt < this.#pace.pollMs) return '';
    this.#grown = false;
    this.#readAt = now;
    const { rows, log, filter } = this.#options;
    const page = await rows.after(log, this.#position, rowsAtOnce);
    if (page.length > 0 && !(await this.#mayRead())) {
      this.#grown = true;
      return '';
    }
    if (page.length === rowsAtOnce) this.#grown = true;
    let text = '';
    for (const row of page) {
      // Only retention makes holes; whoever resumes from before it has to know that rows are missing.
      if (row.seq > this.#position + 1n) text += gapEvent(this.#position + 1n, row.seq - 1n);
      this.#position = row.seq;
      if (matchesRow(filter, row)) text += rowEvent(row);
    }
    return text;
  }

  #last(): IteratorResult<string> {
    const reason = this.#ending ?? 'shutdown';
    void this.return();
    return { done: false, value: `event: end\ndata: ${JSON.stringify({ reason })}\n\n` };
  }
}

/** JSON has no line breaks outside of strings, where it escapes them: one `data` line is enough. */
function rowEvent(row: AuditRow): string {
  return `id: ${row.seq}\ndata: ${JSON.stringify(toWire(row))}\n\n`;
}

function gapEvent(from: bigint, to: bigint): string {
  return `event: gap\ndata: ${JSON.stringify({ from_seq: Number(from), to_seq: Number(to) })}\n\n`;
}
