import { randomUUID } from 'node:crypto';
import { sendRequest } from '@pcft/testing';
import type { CallKind } from './call-kinds.ts';
import type { Door } from './door.ts';

/** One call of the load; times are those of the monotonic clock, in milliseconds. */
export interface LoadCall {
  readonly kind: CallKind;
  readonly id: string;
  readonly sentAt: number;
  endedAt: number | null;
  /** `null`: no answer, or not yet. */
  status: number | null;
  /** What an answer that was not expected said, for the report. */
  text: string;
}

export const isAcknowledged = ({ kind, status }: LoadCall): boolean => status === kind.acknowledgedBy;

/** Longer than the gateway ever waits. */
const timeoutMs = 20_000;

/**
 * Sends calls at a fixed pace, each kind in turn, whether those before were answered or not: a fault that holds up
 * answers must not hold up questions. Each call has an id of its own, by which its rows are found.
 */
export class SteadyLoad {
  readonly calls: LoadCall[] = [];
  readonly #kinds: readonly CallKind[];
  readonly #door: Door;
  readonly #everyMs: number;
  readonly #underWay = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #next = 0;

  constructor(kinds: readonly CallKind[], door: Door, perSecond: number) {
    this.#kinds = kinds;
    this.#door = door;
    this.#everyMs = 1000 / perSecond;
  }

  start(): void {
    const from = performance.now();
    const already = this.#next;
    const tick = (): void => {
      const due = already + Math.floor((performance.now() - from) / this.#everyMs);
      // After a pause of this very process the missed ones are not made up for in one burst.
      if (due - this.#next > 20) this.#next = due - 20;
      while (this.#next <= due) this.#send(this.#next++);
      this.#timer = setTimeout(tick, this.#everyMs);
    };
    tick();
  }

  /** Sends nothing more, and resolves when every call has ended. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await Promise.all(this.#underWay);
  }

  #send(n: number): void {
    const kind = this.#kinds[n % this.#kinds.length];
    if (kind === undefined) return;
    const call: LoadCall = {
      ...{ kind, id: `fault-${randomUUID()}`, sentAt: performance.now() },
      ...{ endedAt: null, status: null, text: '' },
    };
    this.calls.push(call);
    const work = this.#ask(call).finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  async #ask(call: LoadCall): Promise<void> {
    const { kind, id } = call;
    try {
      const answer = await sendRequest({
        origin: this.#door.next(),
        method: kind.method,
        path: kind.path,
        headers: { ...kind.headers, 'x-request-id': id, 'content-type': 'application/json' },
        ...(kind.body && { body: JSON.stringify(kind.body(id)) }),
        timeoutMs,
      });
      call.status = answer.status;
      if (!isAcknowledged(call)) call.text = `${String(answer.status)} ${answer.text.slice(0, 160)}`;
    } catch (error) {
      call.text = error instanceof Error ? error.message : String(error);
    }
    call.endedAt = performance.now();
  }
}
