/** One line of a section's list of endpoints. */
export interface Endpoint {
  readonly section: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Template below the base URL: `/v1/apps/:app_name`. */
  readonly path: string;
  readonly summary: string;
}

/** A request as it is printed. */
export interface PrintedRequest {
  readonly method: string;
  /** Path and query below the base URL. */
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  /** As printed, or null where there is none. */
  readonly body: string | null;
}

export type Piece = { readonly text: string } & (
  | { readonly kind: 'prose' }
  | { readonly kind: 'endpoint'; readonly endpoint: Endpoint }
  /** The body that every error has. */
  | { readonly kind: 'error'; readonly body: unknown }
  | { readonly kind: 'request'; readonly title: string; readonly request: PrintedRequest }
  | { readonly kind: 'response'; readonly title: string; readonly body: unknown }
);

/** `/v1/appsCreate a new App`: the page showed method and path as badges, and its text lost the space behind them. */
const endpointLine = /^(\/v1\/[a-z0-9_:./-]+)([A-Z].*)\n/;
const exampleTitle = /(?:^|\n)Example: (.+)\nRequest\n$/;
const errorIntroduction = 'All errors follow a consistent shape:\n';

/**
 * Takes the reference apart into its endpoints, its printed requests and responses, and the prose around them. Nothing
 * is dropped and nothing changed: the pieces one after the other are the document.
 *
 * @throws Error where a printed body is no JSON, a request has no response, or a summary says nothing of a method
 */
export function extractReference(document: string): Piece[] {
  const pieces: Piece[] = [];
  let rest = document;
  let prose = '';
  const push = (piece: Piece): void => {
    if (prose !== '') pieces.push({ kind: 'prose', text: prose });
    prose = '';
    pieces.push(piece);
    rest = rest.slice(piece.text.length);
  };
  let section = '';
  while (rest !== '') {
    const line = endpointLine.exec(rest);
    const title = exampleTitle.exec(prose)?.[1];
    if (line) {
      // The heading and the sentence below it stand right before the first endpoint of a section.
      if (prose !== '') section = prose.trimEnd().split('\n').at(-2) ?? '';
      push({ kind: 'endpoint', text: line[0], endpoint: endpointOf(section, line) });
    } else if (title !== undefined) {
      const { text, request } = readRequest(rest);
      push({ kind: 'request', text, title, request });
      rest = rest.slice('Response\n'.length);
      prose = 'Response\n';
      const printed = readJson(rest);
      push({ kind: 'response', text: printed, title, body: JSON.parse(printed) as unknown });
    } else if (prose.endsWith(errorIntroduction)) {
      const printed = readJson(rest);
      push({ kind: 'error', text: printed, body: JSON.parse(printed) as unknown });
    } else {
      const end = rest.indexOf('\n') + 1 || rest.length;
      prose += rest.slice(0, end);
      rest = rest.slice(end);
    }
  }
  if (prose !== '') pieces.push({ kind: 'prose', text: prose });
  return pieces;
}

function endpointOf(section: string, [, path = '', summary = '']: RegExpExecArray): Endpoint {
  return { section, method: methodOf(path, summary), path, summary };
}

const methods: Readonly<Record<string, Endpoint['method']>> = {
  ...{ Create: 'POST', Assign: 'POST', Issue: 'POST', Refresh: 'POST', Accept: 'POST', Verify: 'POST' },
  ...{ List: 'GET', Get: 'GET', Public: 'GET', Update: 'PATCH' },
  ...{ Archive: 'DELETE', Deactivate: 'DELETE', Remove: 'DELETE', Delete: 'DELETE', Revoke: 'DELETE' },
};

/** The badge with the method is lost; its verb is not. A path that ends in a verb of its own is posted to. */
function methodOf(path: string, summary: string): Endpoint['method'] {
  if (/\/(?:revoke|refresh|accept|authorize)$/.test(path)) return 'POST';
  const method = methods[summary.split(' ')[0] ?? ''];
  if (method === undefined) throw new Error(`no method for ${path}: ${summary}`);
  return method;
}

/** Request line, headers, body; `Response` is glued to the last of them. */
function readRequest(rest: string): { text: string; request: PrintedRequest } {
  const end = rest.indexOf('Response\n{');
  if (end < 0) throw new Error(`no response to ${rest.slice(0, 80)}`);
  const text = rest.slice(0, end);
  const [first = '', ...lines] = text.split('\n');
  const [method = '', target = ''] = first.split(' ');
  const bodyAt = lines.findIndex((each) => each.startsWith('{'));
  const headers = (bodyAt < 0 ? lines : lines.slice(0, bodyAt)).map((each) => {
    const [name = '', ...value] = each.split(': ');
    return [name, value.join(': ')] as const;
  });
  const body = bodyAt < 0 ? null : lines.slice(bodyAt).join('\n');
  if (body !== null) JSON.parse(body);
  return { text, request: { method, target, headers, body } };
}

/** From a brace to the one that closes it: the indentation is lost, and what follows is glued to the end. */
function readJson(rest: string): string {
  let depth = 0;
  for (const { 0: part, index } of rest.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (part === '{') depth += 1;
    else if (part === '}') depth -= 1;
    if (depth === 0) return rest.slice(0, index + 1);
  }
  throw new Error(`no JSON at ${rest.slice(0, 80)}`);
}

export const endpointsOf = (pieces: readonly Piece[]): Endpoint[] =>
  pieces.flatMap((piece) => (piece.kind === 'endpoint' ? [piece.endpoint] : []));

/** @throws Error when there is no such example */
export function exampleOf(
  pieces: readonly Piece[],
  title: string,
): { request: PrintedRequest; response: unknown } {
  const request = pieces.find((piece) => piece.kind === 'request' && piece.title === title);
  const response = pieces.find((piece) => piece.kind === 'response' && piece.title === title);
  if (request?.kind !== 'request' || response?.kind !== 'response')
    throw new Error(`the reference has no example "${title}"`);
  return { request: request.request, response: response.body };
}

/** @throws Error when there is none */
export function errorBodyOf(pieces: readonly Piece[]): unknown {
  const found = pieces.find((piece) => piece.kind === 'error');
  if (found?.kind !== 'error') throw new Error('the reference prints no error');
  return found.body;
}
