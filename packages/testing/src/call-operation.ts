import type { Operation, ServiceName } from '@pcft/contracts';
import type { Dialect } from '@pcft/errors';
import { checkAnswer } from './check-answer.ts';
import { fillPath, operationById } from './operation-by-id.ts';
import { recordCoverage } from './record-coverage.ts';
import { sendRequest, type WireAnswer } from './send-request.ts';
import type { StackFile } from './stack-file.ts';

/** The session cookie's name (design: browsers send the cookie). */
export const sessionCookieName = 'pcft_session';

export interface CallInput {
  /**
   * A credential: a session token (`pcft_sess_…`) goes into the cookie, anything else into `Authorization: Bearer`.
   * `{apiKey}` sends it as `X-Api-Key`.
   */
  readonly auth?: string | { readonly apiKey: string } | null;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean>> | string;
  /** Sent as JSON; a URLSearchParams as a form. */
  readonly body?: unknown;
  /** Sent as it stands; `Content-Type: application/json` unless `headers` says otherwise. */
  readonly rawBody?: string | Buffer;
  readonly chunked?: boolean;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** `service` (default): its own port; `gateway`; or the origin of an extra instance. */
  readonly on?: 'service' | 'gateway' | `http${string}`;
  /** Uses the operation's alias (`/heimdall/…`) instead of its path. */
  readonly alias?: boolean;
  /** Replaces the whole request target. */
  readonly path?: string;
  readonly timeoutMs?: number;
  /** Calls an internal operation as this service. */
  readonly asService?: ServiceName;
}

export interface Answer extends WireAnswer {
  /** Parsed JSON; `undefined` where the answer has no body. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read into answers; the schema was checked
  readonly body: any;
  readonly operation: Operation;
  readonly dialect: Dialect;
}

export type CallOperation = (operationId: string, input?: CallInput) => Promise<Answer>;

/** Calls operations of a stack. Every answer is recorded for the coverage rule and checked against its contract. */
export function createCallOperation(stack: StackFile): CallOperation {
  return async (operationId, input = {}) => {
    const operation = operationById(operationId);
    const { body: rawBody, contentType } = encodeBody(input);
    const dialect: Dialect = formDialect(operation, input, contentType);
    const answer = await sendRequest({
      origin: originOf(stack, operation, input.on ?? 'service'),
      method: operation.method,
      path: input.path ?? targetOf(operation, input),
      headers: {
        accept: 'application/json',
        ...(contentType && { 'content-type': contentType }),
        ...credentialHeaders(input.auth),
        ...(input.asService && serviceHeaders(stack, input.asService)),
        ...input.headers,
      },
      ...(rawBody !== undefined && { body: rawBody }),
      ...(input.chunked && { chunked: true }),
      ...(input.timeoutMs !== undefined && { timeoutMs: input.timeoutMs }),
    });
    recordCoverage(operationId, answer.status);
    const body = answer.text === '' ? undefined : parse(answer.text);
    checkAnswer(operation, answer, body, dialect);
    return { ...answer, body, operation, dialect };
  };
}

function originOf(stack: StackFile, { service }: Operation, on: NonNullable<CallInput['on']>): string {
  if (on === 'gateway') return stack.gatewayUrl;
  return on === 'service' ? stack.serviceUrls[service] : on;
}

/** A test waits for the whole answer: of what could be followed for ever it asks for what there is. */
function withEnd({ success }: Operation, query: CallInput['query']): CallInput['query'] {
  const endless = success.mediaTypes?.includes('text/event-stream') === true;
  return endless && typeof query !== 'string' ? { seconds: 0, after_seq: 0, ...query } : query;
}

function targetOf(operation: Operation, input: CallInput): string {
  const { params = {}, alias } = input;
  const query = withEnd(operation, input.query);
  const template = alias ? operation.aliases[0] : operation.path;
  if (template === undefined) throw new Error(`${operation.operationId} has no alias`);
  const text =
    typeof query === 'string'
      ? query
      : new URLSearchParams(
          Object.entries(query ?? {}).map(([name, value]): [string, string] => [name, String(value)]),
        ).toString();
  return fillPath(template, params) + (text === '' ? '' : `?${text}`);
}

function encodeBody({ body, rawBody }: CallInput): { body?: string | Buffer; contentType?: string } {
  if (rawBody !== undefined) return { body: rawBody, contentType: 'application/json' };
  if (body instanceof URLSearchParams)
    return { body: body.toString(), contentType: 'application/x-www-form-urlencoded' };
  return body === undefined ? {} : { body: JSON.stringify(body), contentType: 'application/json' };
}

/** Form requests get RFC 6749's faults, JSON ones the operation's own. */
function formDialect(operation: Operation, { headers }: CallInput, contentType: string | undefined): Dialect {
  const type = String(headers?.['content-type'] ?? contentType ?? '');
  return operation.form && type.startsWith('application/x-www-form-urlencoded') ? 'oauth' : operation.dialect;
}

function credentialHeaders(auth: CallInput['auth']): Record<string, string> {
  if (auth === undefined || auth === null) return {};
  if (typeof auth !== 'string') return { 'x-api-key': auth.apiKey };
  return auth.startsWith('pcft_sess_')
    ? { cookie: `${sessionCookieName}=${auth}` }
    : { authorization: `Bearer ${auth}` };
}

/** The header in which one service proves itself to another. */
function serviceHeaders(stack: StackFile, service: ServiceName): Record<string, string> {
  return { 'x-service-token': stack.secrets.serviceTokens[service] ?? '' };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // the contract check says what is wrong with it
  }
}
