import type { Agent } from 'node:http';
import type { Socket } from 'node:net';

/** How a call is ended. */
export interface Endings {
  /** After the time; answers whether it has ended the call. If not, the time runs anew. */
  readonly onSilence: () => boolean;
  /** Before the time: its instance answers nobody any more. */
  readonly onGivenUp: () => void;
}

interface Call {
  readonly silenceMs: number;
  readonly endings: Endings;
  bytes: number;
  quietSinceMs: number;
}

/**
 * Ends calls in which neither side has moved a byte for too long. One clock looks at the agent's busy sockets every
 * now and then: a timer per call, set and cleared on its socket, is among the dearer things a proxy does with a
 * request; and calls in a Map of their own kept each other alive through the young generation's collections.
 */
export class SilenceWatch {
  readonly #agent: Agent;
  /** The call that a socket serves at the moment, or served last. */
  readonly #calls = new WeakMap<Socket, Call>();
  readonly #clock: NodeJS.Timeout;

  constructor(agent: Agent, lookEveryMs = 100) {
    this.#agent = agent;
    this.#clock = setInterval(() => this.#look(performance.now()), lookEveryMs).unref();
  }

  /** Watches the call that has just been given this socket, until the agent has the socket back. */
  watch(socket: Socket, silenceMs: number, endings: Endings): void {
    const bytes = socket.bytesRead + socket.bytesWritten;
    this.#calls.set(socket, { silenceMs, endings, bytes, quietSinceMs: performance.now() });
  }

  /** Ends the call that this busy socket serves. */
  giveUp(socket: Socket): void {
    this.#calls.get(socket)?.endings.onGivenUp();
  }

  close(): void {
    clearInterval(this.#clock);
  }

  #look(nowMs: number): void {
    for (const socket of Object.values(this.#agent.sockets).flat()) {
      const call = socket && this.#calls.get(socket);
      if (socket === undefined || call === undefined) continue;
      const bytes = socket.bytesRead + socket.bytesWritten;
      if (bytes !== call.bytes) {
        call.bytes = bytes;
        call.quietSinceMs = nowMs;
      } else if (nowMs - call.quietSinceMs >= call.silenceMs) {
        call.quietSinceMs = nowMs;
        if (call.endings.onSilence()) this.#calls.delete(socket);
      }
    }
  }
}
