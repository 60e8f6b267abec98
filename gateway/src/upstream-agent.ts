import { Agent } from 'node:http';
import type { ClientRequestArgs } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

const connectTimeoutMs = 1000;
const shortestEjectionMs = 500;
const longestEjectionMs = 10_000;

interface Instance {
  readonly origin: string;
  readonly host: string;
  readonly port: number;
  failures: number;
  ejectedUntilMs: number;
}

/** No instance of a service took a connection. Nothing of the request was sent. */
export class UpstreamUnreachable extends Error {
  override readonly name = 'UpstreamUnreachable';
}

/**
 * Keeps connections to the instances of one service. The choice of an instance falls when a connection is made,
 * which is also where a refusal is noticed: nothing of the request has been sent by then, so the next instance can be
 * asked whatever the method and however long the body. An instance that refuses is left out for a while, and asked
 * again sooner only when all others refuse too.
 */
export class UpstreamAgent extends Agent {
  readonly origins: readonly string[];
  readonly #instances: readonly Instance[];
  #next = 0;

  constructor(origins: readonly string[]) {
    // With more than one instance, `fifo` spreads the calls over the kept connections.
    super({ keepAlive: true, maxFreeSockets: 128, scheduling: origins.length > 1 ? 'fifo' : 'lifo' });
    this.origins = origins;
    this.#instances = origins.map((origin) => {
      const { hostname, port } = new URL(origin);
      const host = hostname.replace(/^\[|\]$/g, '');
      return { origin, host, port: Number(port || 80), failures: 0, ejectedUntilMs: 0 };
    });
  }

  override createConnection(
    _options: ClientRequestArgs,
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.#connect(this.#inOrder(), done as (error: Error | null, socket?: Socket) => void);
  }

  /** Round robin; those left out at the moment come last. */
  #inOrder(): Instance[] {
    const first = this.#next++ % this.#instances.length;
    const turn = [...this.#instances.slice(first), ...this.#instances.slice(0, first)];
    const now = Date.now();
    const isOut = (instance: Instance) => instance.ejectedUntilMs > now;
    return [...turn.filter((instance) => !isOut(instance)), ...turn.filter(isOut)];
  }

  #connect([instance, ...others]: Instance[], done: (error: Error | null, socket?: Socket) => void): void {
    if (instance === undefined) return done(new UpstreamUnreachable('No instance takes connections'));
    const socket = connect({ host: instance.host, port: instance.port, noDelay: true, keepAlive: true });
    const timer = setTimeout(() => socket.destroy(new Error('No connection in time')), connectTimeoutMs);
    const refused = (): void => {
      clearTimeout(timer);
      instance.failures += 1;
      instance.ejectedUntilMs =
        Date.now() + Math.min(shortestEjectionMs * 2 ** (instance.failures - 1), longestEjectionMs);
      this.#connect(others, done);
    };
    socket.once('error', refused);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', refused);
      instance.failures = 0;
      instance.ejectedUntilMs = 0;
      done(null, socket);
    });
  }
}
