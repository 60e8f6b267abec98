import { fillPath, operationById } from '../operation-by-id.ts';
import { sendRequest } from '../send-request.ts';
import type { Suite } from '../suite.ts';
import { bodyFor, idsOf, paramsFor, type World } from '../world.ts';

/** Something a PAT can be tried on, again and again. */
export interface Target {
  /** `getApp at service` */
  readonly name: string;
  send(pat: string): Promise<number>;
}

/** One call per service, changing nothing: straight at its port and through the gateway. */
export function revocationTargets(suite: Suite, world: World): Target[] {
  return ['getApp', 'authorize', 'listWorkspaceAuditLogs', 'getWorkspace'].flatMap((operationId) => {
    const operation = operationById(operationId);
    const body = bodyFor(operation, world);
    const path = fillPath(operation.path, paramsFor(operation, idsOf(world)));
    return (['service', 'gateway'] as const).map((on) => ({
      name: `${operation.service} ${operationId} at its ${on}`,
      // Not through `suite.call`: checking contracts would cost the load that is wanted here.
      send: async (pat: string) => {
        const { status } = await sendRequest({
          origin: on === 'gateway' ? suite.gatewayUrl : suite.serviceUrl(operation.service),
          method: operation.method,
          path,
          headers: { authorization: `Bearer ${pat}`, ...(body && { 'content-type': 'application/json' }) },
          ...(body && { body: JSON.stringify(body) }),
        });
        return status;
      },
    }));
  });
}

/** Every call that a hammer sent, by when it was sent and what it was answered. */
export interface Tally {
  calls: number;
  /** Sent before the revoke had returned, and accepted: the hammer would have seen a violation. */
  acceptedBefore: number;
  sentAfter: number;
  /** 401 */
  refusedAfter: number;
  /** 502, 503, 504 */
  unavailableAfter: number;
  /** Connections that broke. */
  brokenAfter: number;
  /** Sent after the revoke had returned, and accepted. */
  violations: string[];
  /** Any other answer, which none of this should bring about. */
  unexpected: string[];
}

export const emptyTally = (): Tally => ({
  calls: 0,
  acceptedBefore: 0,
  sentAfter: 0,
  refusedAfter: 0,
  unavailableAfter: 0,
  brokenAfter: 0,
  violations: [],
  unexpected: [],
});

/**
 * Sends one PAT to every target in closed loops, from `start` to `stop`. The program has one thread, so "sent after"
 * is program order: a call counts as sent after the revoke when it is made after `revokeReturned`.
 */
export class Hammer {
  readonly #pat: string;
  readonly #targets: readonly Target[];
  readonly #tally: Tally;
  readonly #pauseMs: number;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #accepted = new Set<string>();
  #returnedAt = Infinity;
  #running = false;

  constructor(pat: string, targets: readonly Target[], tally: Tally, pauseMs: number) {
    this.#pat = pat;
    this.#targets = targets;
    this.#tally = tally;
    this.#pauseMs = pauseMs;
  }

  start(): void {
    this.#running = true;
    for (const target of this.#targets) this.#track(this.#loop(target));
  }

  /** Until every target has accepted the PAT once: before that its refusal would prove nothing. */
  async warm(withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (this.#accepted.size < this.#targets.length) {
      if (performance.now() > deadline) {
        const cold = this.#targets.filter(({ name }) => !this.#accepted.has(name)).map(({ name }) => name);
        throw new Error(
          `not accepted in time: ${cold.join(', ')}; ${JSON.stringify(this.#tally.unexpected)}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** From here on nothing may be accepted. A volley goes out at once, also where a loop waits for an answer. */
  revokeReturned(): void {
    this.#returnedAt = performance.now();
    for (const target of this.#targets) this.#track(this.#once(target));
  }

  async stop(): Promise<void> {
    this.#running = false;
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight);
  }

  async #loop(target: Target): Promise<void> {
    while (this.#running) {
      await this.#once(target);
      await new Promise((resolve) => setTimeout(resolve, this.#pauseMs));
    }
  }

  async #once(target: Target): Promise<void> {
    const after = performance.now() >= this.#returnedAt;
    const tally = this.#tally;
    tally.calls++;
    if (after) tally.sentAfter++;
    const status = await target.send(this.#pat).catch(() => 0);
    if (status >= 200 && status < 300) {
      this.#accepted.add(target.name);
      if (after) tally.violations.push(`${target.name}: ${String(status)}`);
      else tally.acceptedBefore++;
    } else if (status === 401) {
      if (after) tally.refusedAfter++;
    } else if (status === 0 || [502, 503, 504].includes(status)) {
      if (after) tally[status === 0 ? 'brokenAfter' : 'unavailableAfter']++;
    } else {
      tally.unexpected.push(`${target.name}: ${String(status)}`);
    }
  }

  #track(work: Promise<void>): void {
    this.#inFlight.add(work);
    void work.finally(() => this.#inFlight.delete(work));
  }
}
