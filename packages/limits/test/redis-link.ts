import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** The Redis that the test run started (`PCFT_STACK`), or one given by `REDIS_URL`. */
function redisUrl(): URL {
  const { PCFT_STACK: stack, REDIS_URL: given } = process.env;
  if (stack !== undefined)
    return new URL((JSON.parse(readFileSync(stack, 'utf8')) as { urls: { redis: string } }).urls.redis);
  if (given === undefined) throw new Error('Neither PCFT_STACK nor REDIS_URL names a Redis: run `npm test`');
  return new URL(given);
}

/**
 * A line to the real Redis that a test can cut or freeze without taking Redis away from others. Cut: connections are
 * closed and refused. Frozen: they stand, new ones are accepted, and nothing passes, as with a stopped process.
 */
export class RedisLink {
  readonly url: string;
  /** Past the link, which stalls when the test's process does. */
  readonly directUrl: string;
  readonly #target: URL;
  readonly #server = createServer((near) => this.#join(near));
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #port: number;
  #frozen = false;

  private constructor(target: URL, port: number) {
    this.#target = target;
    this.directUrl = target.href;
    this.#port = port;
    const own = new URL(target);
    own.host = `127.0.0.1:${port}`;
    this.url = own.href;
  }

  static async open(): Promise<RedisLink> {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    const link = new RedisLink(redisUrl(), port);
    await link.restore();
    return link;
  }

  async restore(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async cut(): Promise<void> {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  freeze(): void {
    this.#frozen = true;
    for (const [near, far] of this.#pairs) {
      near.unpipe(far).pause();
      far.unpipe(near).pause();
    }
  }

  wake(): void {
    this.#frozen = false;
    for (const [near, far] of this.#pairs) near.pipe(far).pipe(near);
  }

  #join(near: Socket): void {
    const far = connect(Number(this.#target.port), this.#target.hostname);
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [one, other] of [pair, [far, near] as const]) {
      one.on('error', () => undefined);
      one.on('close', () => {
        other.destroy();
        this.#pairs.delete(pair);
      });
    }
    if (!this.#frozen) near.pipe(far).pipe(near);
  }
}
