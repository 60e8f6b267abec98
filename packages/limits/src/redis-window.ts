import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { WindowCount } from './memory-window.ts';

/** Where calls are counted. `memory` while Redis is away: the limits then hold per process. */
export type LimitStore = 'redis' | 'memory';

export interface RedisWindowOptions {
  url: string;
  timeoutMs: number;
  onStoreChange?: (store: LimitStore, cause?: Error) => void;
}

const probeEveryMs = 200;
/** A call waits for this many timeouts at most while Redis answers others. */
const longestQueue = 5;

/**
 * Fixed windows in Redis behind a breaker: the first call that fails or is late opens it, and while it is open
 * no call waits; one probe at a time, apart from the calls, finds out when Redis answers again.
 */
export class RedisWindow {
  store: LimitStore = 'memory';
  readonly #client: Redis;
  readonly #limiter: RateLimiterRedis;
  readonly #timeoutMs: number;
  readonly #onStoreChange: (store: LimitStore, cause?: Error) => void;
  #probe: NodeJS.Timeout | undefined;
  #closed = false;
  #answers = 0;
  /** Of this turn of the event loop; resolves when all that it asks has been written. */
  #written: Promise<void> | null = null;

  constructor(options: RedisWindowOptions) {
    this.#timeoutMs = options.timeoutMs;
    this.#onStoreChange = options.onStoreChange ?? (() => undefined);
    this.#client = new Redis(options.url, {
      enableOfflineQueue: false,
      // A call whose outcome is unknown was answered from memory already; sending it again would count it twice.
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      // A backstop that frees the promise: the calls themselves wait for #inTime only.
      commandTimeout: options.timeoutMs * 10,
      connectTimeout: 2000,
      // A peer that vanished without closing is noticed here, not by TCP after a quarter of an hour.
      socketTimeout: 2000,
      retryStrategy: (attempt) => Math.min(attempt * 50, 1000),
      disableClientInfo: true,
    });
    this.#client.on('ready', () => this.#use('redis'));
    this.#client.on('close', () => this.#use('memory'));
    this.#client.on('error', (cause) => this.#use('memory', cause));
    // The points live in the rules: here nothing is ever over, only counted.
    this.#limiter = new RateLimiterRedis({
      storeClient: this.#client,
      keyPrefix: 'limit',
      points: Number.MAX_SAFE_INTEGER,
      duration: 60,
      rejectIfRedisNotReady: true,
    });
  }

  /** The count with these points in it, or undefined where memory has to answer. */
  async consume(key: string, windowSeconds: number, points = 1): Promise<WindowCount | undefined> {
    if (this.store === 'memory') return undefined;
    const written = this.#gatherWrites();
    try {
      const counted = await this.#inTime(
        this.#limiter.consume(key, points, { customDuration: windowSeconds }),
        written,
      );
      return { consumed: counted.consumedPoints, resetAtMs: Date.now() + counted.msBeforeNext };
    } catch (cause) {
      this.#use('memory', cause instanceof Error ? cause : new Error('Redis refused the call', { cause }));
      return undefined;
    }
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#probe);
    // Nothing to wait for: between two attempts to connect the client has no connection that could end.
    this.#client.disconnect();
  }

  #use(store: LimitStore, cause?: Error): void {
    if (this.#closed) return;
    if (store === 'memory') this.#startProbing();
    else clearInterval(this.#probe);
    if (store === this.store) return;
    this.store = store;
    this.#onStoreChange(store, cause);
  }

  #startProbing(): void {
    clearInterval(this.#probe);
    let inFlight = false;
    this.#probe = setInterval(() => {
      if (inFlight || this.#client.status !== 'ready') return;
      inFlight = true;
      this.#inTime(this.#client.ping())
        .then(
          () => this.#use('redis'),
          () => undefined,
        )
        .finally(() => (inFlight = false));
    }, probeEveryMs).unref();
  }

  /** What the calls of one turn of the event loop ask is written at once: a write costs more than what is in it. */
  #gatherWrites(): Promise<void> {
    this.#written ??= new Promise((resolve) => {
      const { stream } = this.#client;
      stream.cork();
      setImmediate(() => {
        this.#written = null;
        stream.uncork();
        resolve();
      });
    });
    return this.#written;
  }

  /** The answer, or a rejection once Redis has said nothing, to this or any other question, for `timeoutMs`. */
  #inTime<T>(call: Promise<T>, written: Promise<void> = Promise.resolve()): Promise<T> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout;
      let settled = false;
      const wait = (times: number): void => {
        const since = this.#answers;
        const late = (): void => {
          // In a burst the answers to others come first. That is a queue, not an absence.
          if (this.#answers !== since && times > 1) wait(times - 1);
          else reject(new Error(`No answer within ${this.#timeoutMs} ms`));
        };
        // Timers run before sockets are read: after a stall of this process the answer may be here already,
        // and only an answer that is still missing after the read says something about Redis.
        timer = setTimeout(() => setImmediate(late), this.#timeoutMs);
      };
      // Redis can be silent only after it was asked, which a stall of this process may put off.
      void written.then(() => {
        if (!settled) wait(longestQueue);
      });
      call
        .finally(() => {
          settled = true;
          clearTimeout(timer);
        })
        .then((answer) => {
          this.#answers += 1;
          resolve(answer);
        })
        .catch(reject);
    });
  }
}
