/** What a reader puts in the place of the guide's examples. Everything else of a program runs as printed. */
export interface Reader {
  /** Origin of the deployment, without a slash at its end. */
  readonly host: string;
  readonly email: string;
  /** Given by step 3; empty before. */
  readonly apiKey: string;
  /** Fetched with the key before step 4; empty before. */
  readonly organizationId: string;
}

/** Its address is hidden by the page that the document was taken from. */
export const examplesOfTheGuide: Readonly<Record<keyof Reader, string>> = {
  host: 'https://api.example.com',
  email: '[email protected]',
  apiKey: 'ba_AbCdEf0123456789XyZ...',
  organizationId: '01HZ3K5R4X9Y2V6QF8TJ7W0CDN',
};

/**
 * A program of the guide with the reader's own values.
 *
 * @throws Error when it needs one that an earlier step has not given
 */
export function fillIn(program: string, reader: Reader): string {
  let filled = program;
  for (const name of Object.keys(examplesOfTheGuide) as (keyof Reader)[]) {
    const example = examplesOfTheGuide[name];
    if (!filled.includes(example)) continue;
    if (reader[name] === '') throw new Error(`the program needs ${name}, which no step before has given`);
    filled = filled.replaceAll(example, reader[name]);
  }
  return filled;
}
