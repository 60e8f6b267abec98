import type { ChainEntry } from './chain-entry.ts';
import type { Heads } from './chain-heads.ts';

/** A transaction of this process that is under way, as those behind it see it. */
export class Turn {
  readonly logs: ReadonlySet<string>;
  readonly ids: ReadonlySet<string>;
  readonly #linked = Promise.withResolvers<Heads | null>();
  readonly #locked = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<boolean>();

  constructor(entries: readonly ChainEntry[]) {
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

  /** The one behind which these entries come in all their chains; `null` where there is none, or they are not new. */
  ahead(entries: readonly ChainEntry[]): Turn | null {
    const wanted = new Turn(entries);
    const before = this.#sharing(wanted);
    const last = before.at(-1);
    if (!last || !wanted.logs.isSubsetOf(last.logs)) return null;
    return [...this.#underWay].every(({ ids }) => ids.isDisjointFrom(wanted.ids)) ? last : null;
  }

  /**
   * Runs one of them.
   *
   * @param work gets what is ahead of it in any of its chains
   */
  async during<Result>(
    entries: readonly ChainEntry[],
    work: (turn: Turn, before: readonly Turn[]) => Promise<Result | null>,
  ): Promise<Result | null> {
    const turn = new Turn(entries);
    const before = this.#sharing(turn);
    this.#underWay.add(turn);
    let result: Result | null = null;
    try {
      result = await work(turn, before);
      return result;
    } finally {
      this.#underWay.delete(turn);
      turn.end(result !== null);
    }
  }

  #sharing({ logs }: Turn): Turn[] {
    return [...this.#underWay].filter((turn) => !turn.logs.isDisjointFrom(logs));
  }
}
