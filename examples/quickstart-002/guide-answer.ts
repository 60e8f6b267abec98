/** One HTTP answer that a program of the guide got, as its language's client saw it. */
export interface GuideAnswer {
  readonly method: string;
  /** Path without the origin. */
  readonly path: string;
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Runs the guide's programs of one language, step by step; what a step leaves behind (cookies, variables) the next one has. */
export interface LanguageRunner {
  /**
   * @param apiKey for programs that read it from the environment, as step 4 does
   * @returns every answer, in order
   * @throws Error with what the program printed when it does not run
   */
  run(program: string, apiKey: string): Promise<GuideAnswer[]>;
  close(): Promise<void>;
}
