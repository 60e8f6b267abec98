/** One variable and what is wrong with it; never its value, which may be a secret. */
export interface ConfigFault {
  variable: string;
  reason: string;
}

/** Every fault of the environment at once, one per line of the message. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    super(['Configuration is not valid:', ...faults.map((f) => `  ${f.variable} ${f.reason}`)].join('\n'));
    this.faults = faults;
  }
}
