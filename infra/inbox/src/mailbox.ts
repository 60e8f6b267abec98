import type { Message } from './message.ts';

/** Which messages are asked for; addresses are compared without regard to case, subjects by what they contain. */
export interface MessageFilter {
  readonly to?: string | undefined;
  readonly subject?: string | undefined;
}

/** The newest messages, in memory only: an inbox that is started anew is empty. */
export class Mailbox {
  readonly #keep: number;
  readonly #messages: Message[] = [];

  constructor(keep: number) {
    this.#keep = keep;
  }

  add(message: Message): void {
    this.#messages.unshift(message);
    this.#messages.length = Math.min(this.#messages.length, this.#keep);
  }

  find(id: string): Message | null {
    return this.#messages.find((message) => message.id === id) ?? null;
  }

  /** Newest first. */
  list({ to, subject }: MessageFilter = {}): Message[] {
    return this.#messages.filter(
      (message) =>
        (!to || message.to.some((address) => address.toLowerCase() === to.toLowerCase())) &&
        (!subject || message.subject.toLowerCase().includes(subject.toLowerCase())),
    );
  }
}
