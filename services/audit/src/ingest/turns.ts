import type { ChainEntry } from './chain-entry.ts';
import type { Heads } from './chain-heads.ts';

/** A transaction of this process that is under way, as those behind it see it. */
export class Turn {
  /** It locks its heads only when the one ahead of it has ended. */
  readonly isBehind: boolean;
  readonly logs: ReadonlySet<string>;
  readonly ids: ReadonlySet<string>;
  readonly #linked = Promise.withResolvers<Heads | null>();
  readonly #locked = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<boolean>();

  constructor(entries: readonly ChainEntry[], isBehind = false) {
    this.isBehind = isBehind;
    this.logs = new Set(entries.map(({ log }) => log));
    this.ids = new Set(entries.map(({ id }) => id));
  }

  /** How its chains will end when it has committed; `null` when it never will. */
  get linked(): Promise<Heads | null> {
    return this.#linked.promise;
  }

  /** When it holds its heads, or has ended without. */
  get locked(): Promise<void> {
    return this.#locked.promise;
  }

  /** Whether it is known to have committed. */
  get ended(): Promise<boolean> {
    return this.#ended.promise;
  }

  link(heads: Heads): void {
    this.#linked.resolve(new Map(heads));
  }

  lock(): void {
    this.#locked.resolve();
  }

  end(isCommitted: boolean): void {
    this.#linked.resolve(null);
    this.#locked.resolve();
    this.#ended.resolve(isCommitted);
  }
}

/** The transactions of this process that are under way, in the order in which they began. */
export class Turns {
  readonly #underWay = new Set<Turn>();

  /** The one behind which these entries come in their only chain; `null` where there is none, or they are not new. */
  ahead(entries: readonly ChainEntry[]): Turn | null {
    const wanted = new Turn(entries);
    // Of several logs, rows of one could wait for another process that holds the head of the other and waits for them.
    if (wanted.logs.size !== 1) return null;
    const ahead = this.#sharing(wanted).at(-1);
    if (!ahead) return null;
    return [...this.#underWay].some(({ ids }) => shares(ids, wanted.ids)) ? null : ahead;
  }

  /** Resolves when nobody is left who has yet to lock heads of these chains and counts on finding them free. */
  async noneBehind(turn: Turn): Promise<void> {
    const waiting = this.#sharing(turn).filter((each) => each !== turn && each.isBehind);
    await Promise.all(waiting.map(({ locked }) => locked));
  }

  /** @param work resolves with `null` when nothing was committed */
  async during<Result>(turn: Turn, work: (turn: Turn) => Promise<Result | null>): Promise<Result | null> {
    this.#underWay.add(turn);
    let result: Result | null = null;
    try {
      return (result = await work(turn));
    } finally {
      this.#underWay.delete(turn);
      turn.end(result !== null);
    }
  }

  #sharing({ logs }: Turn): Turn[] {
    return [...this.#underWay].filter((turn) => shares(turn.logs, logs));
  }
}

function shares(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  for (const each of one) if (other.has(each)) return true;
  return false;
}
