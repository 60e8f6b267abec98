/** What a command prints, and what it exits with. */
export interface Outcome {
  readonly text: string;
  readonly exitCode: 0 | 1 | 2;
}

/** Something that was given cannot be read; nothing was found out. */
export function unreadable(what: string, error: unknown): Outcome {
  return { text: `${what}: ${error instanceof Error ? error.message : String(error)}\n`, exitCode: 2 };
}
