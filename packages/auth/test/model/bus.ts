import type { Machine } from './machine.ts';
import type { Network } from './network.ts';

/** Core NATS: who is subscribed at the moment gets a message at most once. */
export class Bus<Message> {
  readonly machine: Machine;
  readonly #network: Network;
  readonly #subscribers = new Map<Machine, { life: number; onMessage: (message: Message) => void }>();

  readonly #deaf = new Set<Machine>();

  constructor(machine: Machine, network: Network) {
    this.machine = machine;
    this.#network = network;
  }

  async subscribe(subscriber: Machine, onMessage: (message: Message) => void): Promise<() => void> {
    const subscription = { life: subscriber.life, onMessage };
    await this.#network.call(subscriber, this.machine, () => {
      this.#subscribers.set(subscriber, subscription);
    });
    return () => this.#subscribers.delete(subscriber);
  }

  /** The bus loses everything for this subscriber from now on, though it takes what it sends. */
  deafen(subscriber: Machine): void {
    this.#deaf.add(subscriber);
  }

  publish(publisher: Machine, message: Message): void {
    this.#network.sendOnce(publisher, this.machine, () => {
      for (const [subscriber, { life, onMessage }] of this.#subscribers) {
        if (this.#deaf.has(subscriber)) continue;
        this.#network.sendOnce(this.machine, subscriber, () => {
          if (subscriber.life === life) onMessage(message);
        });
      }
    });
  }
}
