import { Agent } from 'node:http';
import type { ClientRequestArgs } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { inOrderOfTrust, InstanceHealth } from './instance-health.ts';
import type { Standing } from './instance-health.ts';
import { isSafe } from './is-safe.ts';

const connectTimeoutMs = 1000;
/** Only then is a silent instance tried: who was waiting for it has been ended, with little time left for anything else. */
const nobodyForMs = 2000;
/** How long a try waits for an answer. More than a question to /healthz has, and with the connection below two seconds. */
const tryMs = 900;

/** One process of a service. */
export interface UpstreamInstance {
  readonly origin: string;
  readonly host: string;
  readonly port: number;
  readonly health: InstanceHealth;
  /** When it last answered anything, on this process's monotonic clock. */
  heardAtMs: number;
}

/** A call that is sent to a silent instance. */
interface Trial {
  socket: Socket | null;
  timer?: NodeJS.Timeout;
}

/** No instance of a service took a connection. Nothing of the request was sent. */
export class UpstreamUnreachable extends Error {
  override readonly name = 'UpstreamUnreachable';
}

export interface UpstreamAgentOptions {
  /** Told of every change, after the kept connections of an instance that is no longer well were given up. */
  onChange?: (instance: UpstreamInstance, standing: Standing) => void;
  /** The connection of a call that waits for an answer of an instance that has just fallen silent. */
  onSilent?: (socket: Socket) => void;
}

/**
 * Keeps connections to the instances of one service. The choice of an instance falls when a connection is made,
 * which is also where a refusal is noticed: nothing of the request has been sent by then, so the next instance can be
 * asked whatever the method and however long the body. Who is chosen says instance-health.ts.
 *
 * Where every instance is silent, the gateway may be the one that is wrong: an instance can answer its callers and not
 * /healthz, or not in time. So one call at a time, of those that change nothing, is sent to a silent one, by turns; an answer
 * to it brings the instance back for all. Everything else is refused at once.
 */
export class UpstreamAgent extends Agent {
  readonly origins: readonly string[];
  readonly instances: readonly UpstreamInstance[];
  readonly #options: UpstreamAgentOptions;
  readonly #instanceOf = new WeakMap<Socket, UpstreamInstance>();
  #next = 0;
  /** Since when all are silent. */
  #nobodySinceMs = Infinity;
  #trials = 0;
  #trial: Trial | null = null;

  constructor(origins: readonly string[], options: UpstreamAgentOptions = {}) {
    // With more than one instance, `fifo` spreads the calls over the kept connections.
    super({ keepAlive: true, maxFreeSockets: 128, scheduling: origins.length > 1 ? 'fifo' : 'lifo' });
    this.origins = origins;
    this.#options = options;
    this.instances = origins.map((origin) => {
      const { hostname, port } = new URL(origin);
      const host = hostname.replace(/^\[|\]$/g, '');
      return { origin, host, port: Number(port || 80), health: new InstanceHealth(), heardAtMs: -Infinity };
    });
  }

  override createConnection(
    options: ClientRequestArgs,
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const connected = done as (error: Error | null, socket?: Socket) => void;
    const order = inOrderOfTrust(this.instances, this.#next++);
    if (order.length === 0 && this.#mayTry(options)) this.#try(connected);
    else this.#connect(order, connected);
  }

  /** A call that is over leaves its connection for the next one only where a next one should go. */
  override keepSocketAlive(socket: Duplex): boolean {
    const instance = this.#instanceOf.get(socket as Socket);
    if (instance !== undefined && instance.health.standing !== 'well') return false;
    return (super.keepSocketAlive as (socket: Duplex) => boolean)(socket);
  }

  /** The instance of this connection has begun to answer. */
  heard(socket: Socket): void {
    const instance = this.#instanceOf.get(socket);
    if (instance === undefined) return;
    instance.heardAtMs = performance.now();
    if (this.#trial?.socket === socket) this.#endTrial();
    if (instance.health.standing === 'silent') this.change(instance, (health) => health.answered());
  }

  /** Applies what was learnt of an instance, and draws the conclusions. */
  change(instance: UpstreamInstance, learn: (health: InstanceHealth) => void): void {
    const before = instance.health.standing;
    learn(instance.health);
    const { standing } = instance.health;
    if (standing === before) return;
    const isNobodyThere = this.instances.every(({ health }) => health.standing === 'silent');
    this.#nobodySinceMs = isNobodyThere ? Math.min(this.#nobodySinceMs, performance.now()) : Infinity;
    if (standing !== 'well') this.#giveUpKept(instance);
    if (standing === 'silent')
      for (const socket of this.#socketsOf(this.sockets, instance)) this.#options.onSilent?.(socket);
    this.#options.onChange?.(instance, standing);
  }

  /**
   * Closed from this side, no request can cross with the end of the connection. That is why an instance that drains
   * leaves its connections open for a while.
   */
  #giveUpKept(instance: UpstreamInstance): void {
    for (const socket of this.#socketsOf(this.freeSockets, instance)) socket.destroy();
  }

  #socketsOf(lists: NodeJS.ReadOnlyDict<Socket[]>, instance: UpstreamInstance): Socket[] {
    return Object.values(lists)
      .flatMap((sockets) => sockets ?? [])
      .filter((socket) => this.#instanceOf.get(socket) === instance);
  }

  #mayTry(call: ClientRequestArgs): boolean {
    const isTime = performance.now() - this.#nobodySinceMs >= nobodyForMs;
    return isTime && this.#trial === null && isSafe(call);
  }

  #try(done: (error: Error | null, socket?: Socket) => void): void {
    // Turns of their own: calls that are refused would move the others on, past the one that answers.
    const instance = this.instances[this.#trials++ % this.instances.length];
    const trial: Trial = { socket: null };
    this.#trial = trial;
    const end = (): void => {
      if (this.#trial === trial) this.#endTrial();
    };
    const connected = (error: Error | null, socket?: Socket): void => {
      if (socket === undefined) {
        end();
        return done(error);
      }
      trial.socket = socket;
      trial.timer = setTimeout(() => this.#options.onSilent?.(socket), tryMs).unref();
      socket.once('close', end);
      done(null, socket);
    };
    this.#connect(instance === undefined ? [] : [instance], connected, true);
  }

  #endTrial(): void {
    clearTimeout(this.#trial?.timer);
    this.#trial = null;
  }

  #connect(
    [instance, ...others]: UpstreamInstance[],
    done: (error: Error | null, socket?: Socket) => void,
    evenSilent = false,
  ): void {
    if (instance === undefined) return done(new UpstreamUnreachable('No instance takes connections'));
    const socket = connect({ host: instance.host, port: instance.port, noDelay: true, keepAlive: true });
    this.#instanceOf.set(socket, instance);
    const timer = setTimeout(() => socket.destroy(new Error('No connection in time')), connectTimeoutMs);
    const refused = (): void => {
      clearTimeout(timer);
      this.change(instance, (health) => health.refused());
      this.#connect(others, done);
    };
    socket.once('error', refused);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', refused);
      this.change(instance, (health) => health.connected());
      if (evenSilent || instance.health.standing !== 'silent') return done(null, socket);
      socket.destroy(); // it fell silent meanwhile, and only those who had a connection were told
      this.#connect(others, done);
    });
  }
}
