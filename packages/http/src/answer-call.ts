import { Readable } from 'node:stream';
import { pipeline as pipe } from 'node:stream/promises';
import type { Operation } from '@pcft/contracts';
import { asUnavailable } from '@pcft/database';
import { InvalidEvent, OutboxUnavailable, withinDeadline } from '@pcft/events';
import { BusyError } from '@pcft/credentials';
import { Fault, renderFault, unavailable, type Dialect } from '@pcft/errors';
import type { Request, Response } from 'express';
import type { ByteStream, Handler } from './call.ts';
import type { Metrics } from './metrics.ts';
import type { MountedOperation } from './mounted-operation.ts';
import { Pipeline, type Answer } from './pipeline.ts';
import { isForm } from './request-body.ts';
import type { RequestContext } from './request-context.ts';
import type { CallOptions } from './service-app-options.ts';

/**
 * Runs a call and answers it. The audit row is committed before the first byte of the answer: where it cannot be
 * written, the answer is 503, and a read or a denial is not given.
 */
export async function answerCall(
  options: CallOptions,
  mounted: MountedOperation,
  handler: Handler<unknown>,
  metrics: Metrics,
  http: { req: Request; res: Response; context: RequestContext },
): Promise<void> {
  const { operation } = mounted;
  const { req, res, context } = http;
  const startedAt = performance.now();
  const done = metrics.start();
  const pipeline = new Pipeline(options, mounted, handler, http);
  const answer = await pipeline.run().catch((error: unknown) => failed(error));
  const limited = answer instanceof Fault ? await lateLimit(pipeline, answer) : answer;
  const audited = await writeRow(pipeline, limited, startedAt);
  if (audited !== answer && operation.success.shape === 'stream') await discard(answer);
  const dialect: Dialect = isForm(req, operation) ? 'oauth' : operation.dialect;
  const status = send(req, res, audited, dialect, {
    requestId: context.id,
    challenge: operation.access.kind !== 'public',
    conditional: operation.success.conditional === true,
    stream: operation.success.shape === 'stream',
  });
  if (operation.success.shape === 'stream' && !(audited instanceof Fault)) {
    await sendStream(res, audited.body as ByteStream, (error) =>
      options.logger.warn({ err: error, request_id: context.id }, 'stream broke off'),
    );
  }
  log(options, operation, context, audited, status);
  done(operation.operationId, status);
}

/** Whatever was thrown, as something that can be said in public. */
export function failed(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof OutboxUnavailable || error instanceof BusyError) return unavailable(error);
  return asUnavailable(error) ?? new Fault('internal', { cause: error });
}

async function lateLimit(pipeline: Pipeline, fault: Fault): Promise<Fault> {
  try {
    await pipeline.limit(null);
    return fault;
  } catch (error) {
    return failed(error);
  }
}

/** A caller has an answer within two seconds, also where a frozen database ate most of them. */
const answerWithinMs = 1800;
const leastForTheRowMs = 300;

async function writeRow(
  pipeline: Pipeline,
  answer: Answer | Fault,
  startedAt: number,
): Promise<Answer | Fault> {
  const { row, betweenServices } = pipeline;
  if (betweenServices || row.isCounted(answer.status)) return answer;
  const leftMs = Math.max(leastForTheRowMs, answerWithinMs - (performance.now() - startedAt));
  try {
    await withinDeadline(leftMs, row.write(answer.status));
    return answer;
  } catch (error) {
    return error instanceof InvalidEvent ? new Fault('internal', { cause: error }) : failed(error);
  }
}

function send(
  req: Request,
  res: Response,
  answer: Answer | Fault,
  dialect: Dialect,
  {
    requestId,
    challenge,
    conditional,
    stream,
  }: { requestId: string; challenge: boolean; conditional: boolean; stream: boolean },
): number {
  const rendered =
    answer instanceof Fault ? renderFault(answer, dialect, requestId) : { ...answer, headers: {} };
  for (const [name, value] of Object.entries(rendered.headers)) res.setHeader(name, value);
  // RFC 6749 section 5.2: a client that failed to prove itself is told the scheme it may use.
  if (rendered.status === 401 && (challenge || dialect === 'oauth'))
    res.setHeader('WWW-Authenticate', challenge ? 'Bearer' : 'Basic realm="tokens"');
  if (!res.hasHeader('Cache-Control')) res.setHeader('Cache-Control', 'no-store');
  res.statusCode = rendered.status;
  // RFC 9110 section 13.1.2: who has this very representation is told so.
  if (conditional && req.fresh) {
    res.statusCode = 304;
    res.end();
    return 304;
  }
  // Its bytes follow (`sendStream`).
  if (!(answer instanceof Fault) && stream) return rendered.status;
  if (rendered.body === undefined) {
    res.end();
  } else {
    res.setHeader('Content-Type', 'application/json; charset=utf-8');
    res.end(JSON.stringify(rendered.body));
  }
  return rendered.status;
}

/** A stream that breaks off breaks the connection too: what was sent must not pass for the whole. */
async function sendStream(
  res: Response,
  body: ByteStream,
  onBroken: (error: unknown) => void,
): Promise<void> {
  if (res.req.method === 'HEAD') {
    res.end();
    await body[Symbol.asyncIterator]().return?.();
    return;
  }
  const options = body.cut ? { signal: body.cut } : {};
  await pipe(Readable.from(body, { objectMode: false }), res, options).catch(onBroken);
}

/** Whoever holds something open for a stream learns that nobody will read it. */
async function discard(answer: Answer | Fault): Promise<void> {
  if (answer instanceof Fault) return;
  await (answer.body as ByteStream)[Symbol.asyncIterator]().return?.();
}

function log(
  { logger }: CallOptions,
  { operationId }: Operation,
  { id }: RequestContext,
  answer: Answer | Fault,
  status: number,
): void {
  if (status >= 500) {
    const err = answer instanceof Fault ? (answer.cause ?? answer) : undefined;
    logger.error({ request_id: id, operation: operationId, status, err }, 'call failed');
  } else {
    logger.debug({ request_id: id, operation: operationId, status }, 'call');
  }
}
