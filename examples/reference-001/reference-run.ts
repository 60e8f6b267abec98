import {
  compareAnswer,
  withoutSecrets,
  type FieldResult,
  type FieldRules,
} from '../documents/compare-answer.ts';
import { rulesOfExamples } from './example-rules.ts';
import { endpointsOf, errorBodyOf, exampleOf, type Endpoint, type Piece } from './extract-reference.ts';
import { fillInBody, fillInRequest, type Reader } from './fill-in.ts';
import type { ReferenceAnswer, ReferenceClient } from './reference-client.ts';

/** One request to an endpoint of the reference, and how its answer compares. */
export interface ReferenceRow {
  readonly endpoint: Endpoint;
  /** `printed`: the request stands in the document as it was sent. */
  readonly request: 'printed' | 'ours';
  readonly sent: string;
  readonly status: number;
  readonly fields: readonly FieldResult[];
}

export interface Expected {
  readonly status: number;
  /** What the document prints, or what follows from it; `undefined` for an answer without a body. */
  readonly body: unknown;
  /** On top of the rules that follow from how ids, secrets and times are printed. */
  readonly rules?: FieldRules;
}

export interface Input {
  /** Of the path's parameters. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: unknown;
  /** The admin key by default; null for none. */
  readonly key?: string | null;
}

/** Sends the requests of a reader one after the other, and makes a row of each answer. */
export class ReferenceRun {
  readonly rows: ReferenceRow[] = [];
  readonly reader: Reader;
  readonly #pieces: readonly Piece[];
  readonly #client: ReferenceClient;

  constructor(pieces: readonly Piece[], reader: Reader, client: ReferenceClient) {
    this.#pieces = pieces;
    this.reader = reader;
    this.#client = client;
  }

  /** The printed response of an example with the reader's own values, changed where the document says what differs. */
  printed(title: string, { without = [], ...change }: Record<string, unknown> & { without?: string[] } = {}) {
    const body = fillInBody(exampleOf(this.#pieces, title).response, this.reader) as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries({ ...body, ...change }).filter(([name]) => !without.includes(name)),
    );
  }

  /** The body that the document prints for every error. */
  printedError(): unknown {
    return errorBodyOf(this.#pieces);
  }

  /** Sends the request of an example as printed and compares the answer with the printed response. */
  async example(title: string, { status, rules }: Omit<Expected, 'body'>): Promise<Record<string, string>> {
    const request = fillInRequest(exampleOf(this.#pieces, title).request, this.reader);
    const [path = ''] = request.target.split('?');
    const answer = await this.#client.send({
      method: request.method,
      target: request.target,
      headers: Object.fromEntries(request.headers),
      ...(request.body !== null && { body: request.body }),
    });
    const endpoint = this.#endpointAt(request.method, path);
    this.#add(endpoint, 'printed', answer, { status, body: this.printed(title), ...(rules && { rules }) });
    return answer.body as Record<string, string>;
  }

  /** Calls an endpoint of which the document prints no request. @throws Error when it does not list it */
  async call(name: string, input: Input, expected: Expected): Promise<Record<string, string>> {
    const endpoint = endpointsOf(this.#pieces).find(({ method, path }) => `${method} ${path}` === name);
    if (!endpoint) throw new Error(`the reference does not list ${name}`);
    const { body, query } = input;
    const key = input.key === undefined ? this.reader.adminKey : input.key;
    const params: Record<string, string> = { app_name: this.reader.appName, ...input.params };
    const path = endpoint.path.replaceAll(/:(\w+)/g, (_, param: string) => params[param] ?? '');
    const answer = await this.#client.send({
      method: endpoint.method,
      target: query === undefined ? path : `${path}?${query}`,
      headers: {
        ...(key !== null && { Authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    this.#add(endpoint, 'ours', answer, expected);
    return answer.body as Record<string, string>;
  }

  /** One more field of the last row: what is to be as another field of the same answer says. */
  also(field: string, expected: string, got: unknown): void {
    const last = this.rows.at(-1);
    if (!last) throw new Error('there is no row yet');
    const ok = expected === got;
    const shown = { expected: withoutSecrets(expected), got: withoutSecrets(String(got)) };
    this.rows[this.rows.length - 1] = { ...last, fields: [...last.fields, { field, ...shown, ok }] };
  }

  #endpointAt(method: string, path: string): Endpoint {
    const found = endpointsOf(this.#pieces).find(
      (each) =>
        each.method === method && new RegExp(`^${each.path.replaceAll(/:\w+/g, '[^/]+')}$`).test(path),
    );
    if (!found) throw new Error(`the reference prints ${method} ${path} and does not list it`);
    return found;
  }

  #add(endpoint: Endpoint, request: ReferenceRow['request'], answer: ReferenceAnswer, wanted: Expected) {
    const { status, body, rules } = wanted;
    const fields: FieldResult[] = [
      same('(status)', String(status), String(answer.status)),
      ...limitFields(endpoint, answer.headers),
      ...(body === undefined
        ? [same('(body)', 'none', answer.text === '' ? 'none' : answer.text.slice(0, 200))]
        : compareAnswer(body, answer.body, { ...rulesOfExamples(body), ...rules }, { additional: 'listed' })),
    ];
    const sent = `${answer.method} ${answer.target}`;
    this.rows.push({ endpoint, request, sent, status: answer.status, fields });
  }
}

/** "Admin endpoints: 100 requests per minute; token endpoints: 300; authorize endpoint: 1000". */
function limitFields({ section, path }: Endpoint, headers: Headers): FieldResult[] {
  const token = section === 'Tokens' || path.endsWith('/accept');
  const limit = path === '/v1/authorize' ? 1000 : token ? 300 : 100;
  const reset = Number(headers.get('x-ratelimit-reset')) - Date.now() / 1000;
  const remaining = Number(headers.get('x-ratelimit-remaining') ?? 'NaN');
  const within = (ok: boolean) => (ok ? 'yes' : 'no');
  return [
    same('(X-RateLimit-Limit)', String(limit), headers.get('x-ratelimit-limit') ?? 'none'),
    same('(X-RateLimit-Remaining below the limit)', 'yes', within(remaining >= 0 && remaining < limit)),
    same('(X-RateLimit-Reset within a minute)', 'yes', within(reset > -2 && reset <= 62)),
  ];
}

const same = (field: string, expected: string, got: string): FieldResult => ({
  field,
  expected,
  got,
  ok: expected === got,
});
