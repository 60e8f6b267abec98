import type { AnswerCache } from './answer-cache.ts';
import type { LeaseHolder } from './lease-holder.ts';
import type { Answer, Clock, Introspect } from './ports.ts';
import { INTROSPECTION_TIMEOUT_MS } from './protocol.ts';
import { withTimeout } from './with-timeout.ts';

/** Platform could not be asked, and no cached answer may be used: 503 with Retry-After, never a stale yes. */
export class IntrospectionUnavailable extends Error {
  override readonly name = 'IntrospectionUnavailable';

  constructor(cause: unknown) {
    super('introspection is unavailable', { cause });
  }
}

export interface ResolverPorts<Value> {
  clock: Clock;
  lease: Pick<LeaseHolder, 'isValid'>;
  cache: AnswerCache<Value>;
  introspect: Introspect<Value>;
}

/** What is asked about: a bearer in the workspace that owns the addressed resource. */
export interface ResolverKey {
  token: string;
  workspace: string;
}

interface Flight<Value> {
  sentAt: number;
  landed: Promise<Answer<Value>>;
}

/**
 * Answers for calls (rule 5 of "Resolving a PAT"). A call may use an answer that was asked for at or after its own
 * arrival, or, while the lease is valid, one in the cache. One question per token and workspace is under way at a time.
 */
export class Resolver<Value> {
  readonly #ports: ResolverPorts<Value>;
  readonly #flights = new Map<string, Flight<Value>>();

  constructor(ports: ResolverPorts<Value>) {
    this.#ports = ports;
  }

  /**
   * Runs `use` with an answer and returns its result. `arrival` is the own monotonic time at which the call came in.
   * `use` runs in the tick in which the answer was found usable and has to decide without an `await`: later, the answer
   * may no longer be good. Rejects with IntrospectionUnavailable, or with what `use` throws.
   */
  async resolve<T>(key: ResolverKey, arrival: number, use: (answer: Answer<Value>) => T): Promise<T> {
    const { clock, lease, cache } = this.#ports;
    const id = `${key.token}\n${key.workspace}`;
    // At most twice round: a flight that this call did not join under way was sent after its arrival.
    for (;;) {
      const cached = lease.isValid() ? cache.get(id, clock.now()) : null;
      if (cached !== null) return use(cached);
      const flight = this.#flights.get(id) ?? this.#launch(id, key);
      const answer = await flight.landed;
      if (this.isFresh(flight.sentAt, arrival)) return use(answer);
    }
  }

  protected isFresh(sentAt: number, arrival: number): boolean {
    return sentAt >= arrival;
  }

  #launch(id: string, { token, workspace }: ResolverKey): Flight<Value> {
    const { clock, cache, introspect } = this.#ports;
    const sentAt = clock.now();
    const land = async (): Promise<Answer<Value>> => {
      try {
        const answer = await withTimeout(clock, INTROSPECTION_TIMEOUT_MS, introspect(token, workspace));
        cache.put(id, answer, sentAt);
        return answer;
      } catch (error) {
        throw new IntrospectionUnavailable(error);
      } finally {
        // Before anyone who waited goes on: who may not use this answer has to find the next flight, not this one.
        this.#flights.delete(id);
      }
    };
    const flight = { sentAt, landed: land() };
    this.#flights.set(id, flight);
    return flight;
  }
}
