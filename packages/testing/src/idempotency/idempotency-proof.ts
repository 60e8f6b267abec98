import { randomUUID } from 'node:crypto';
import { replayedHeader, type Operation } from '@pcft/contracts';
import type { Answer, CallInput } from '../call-operation.ts';
import type { Suite } from '../suite.ts';
import { bodyFor, idsOf, paramsFor, type World } from '../world.ts';
import { anotherBody } from './another-body.ts';

/** What came of one operation called many times with one key. */
export interface IdempotencyReport {
  readonly operationId: string;
  /** Calls at once, and how many of them did it, were told the same answer, were told that it is under way. */
  readonly parallel: { calls: number; done: number; replayed: number; inUse: number };
  /** Later calls with the key, all of which have to be told the answer. */
  readonly later: { calls: number; replayed: number };
  /** Calls with the key and another body, all of which have to be refused. */
  readonly changed: { calls: number; refused: number };
  /** Different bodies among the successes: 1. */
  readonly answers: number;
  /** Events of the operation that its transactions committed: 1. */
  readonly effects: number;
  /** Answers that should not have been, as texts. */
  readonly unexpected: readonly string[];
}

export interface IdempotencyOptions {
  readonly calls: number;
  /** Where the calls go, in turn: processes of the operation's service, or the gateway. */
  readonly origins: readonly NonNullable<CallInput['on']>[];
  /** Gives each call a key of its own: a measurement that then still sees one effect measures nothing. */
  readonly sabotage?: boolean;
}

/**
 * A call that has nothing wrong with it, by the session of the owner: it speaks for the account as well, and rotates
 * what it has minted.
 */
export function keyedCall(operation: Operation, world: World, key: string = randomUUID()): CallInput {
  const body = bodyFor(operation, world);
  return {
    auth: world.owner.session,
    params: paramsFor(operation, idsOf(world)),
    ...(body && { body }),
    headers: { 'idempotency-key': key },
  };
}

/** The same with another body. */
export function changedCall(operation: Operation, input: CallInput): CallInput {
  return { ...input, body: anotherBody(operation, input.body as Record<string, unknown>) };
}

export const isReplay = ({ headers }: Pick<Answer, 'headers'>): boolean => headers[replayedHeader] === 'true';

/** Calls an operation many times at once with one key, then again, then with another body. */
export async function measureIdempotency(
  suite: Suite,
  world: World,
  operation: Operation,
  { calls, origins, sabotage = false }: IdempotencyOptions,
): Promise<IdempotencyReport> {
  const { operationId, success } = operation;
  const input = keyedCall(operation, world);
  const many = (n: number, each: CallInput) =>
    Promise.all(
      Array.from({ length: n }, (_, i) =>
        suite.call(operationId, {
          ...each,
          ...(sabotage && { headers: { 'idempotency-key': randomUUID() } }),
          on: origins[i % origins.length] ?? 'service',
        }),
      ),
    );
  const parallel = await many(calls, input);
  const later = await many(origins.length * 2, input);
  const changed = await many(origins.length, changedCall(operation, input));

  const good = (answer: Answer) => answer.status === success.status;
  const inUse = parallel.filter((answer) => isFault(answer, 409, 'IDEMPOTENCY_KEY_IN_USE'));
  const refused = changed.filter((answer) => isFault(answer, 422, 'IDEMPOTENCY_KEY_REUSED'));
  const successes = [...parallel, ...later].filter(good);
  const replayed = later.filter((answer) => good(answer) && isReplay(answer));
  const expected = new Set([...successes, ...inUse, ...refused]);
  const all = [...parallel, ...later, ...changed];
  return {
    operationId,
    parallel: {
      calls,
      done: parallel.filter((answer) => good(answer) && !isReplay(answer)).length,
      replayed: parallel.filter((answer) => good(answer) && isReplay(answer)).length,
      inUse: inUse.length,
    },
    later: { calls: later.length, replayed: replayed.length },
    changed: { calls: changed.length, refused: refused.length },
    answers: new Set(successes.map(({ text }) => text)).size,
    effects: await countEffects(suite, operation, all),
    unexpected: all
      .filter((answer) => !expected.has(answer))
      // An answer that succeeded may hold a secret.
      .map(({ status, text }) => `${String(status)} ${status < 400 ? 'not due' : text.slice(0, 200)}`),
  };
}

/** Whether a report shows what was promised. */
export function holds({
  parallel,
  later,
  changed,
  answers,
  effects,
  unexpected,
}: IdempotencyReport): boolean {
  return (
    parallel.done === 1 &&
    parallel.done + parallel.replayed + parallel.inUse === parallel.calls &&
    later.replayed === later.calls &&
    changed.refused === changed.calls &&
    answers === 1 &&
    effects === 1 &&
    unexpected.length === 0
  );
}

function isFault({ status, text }: Answer, expected: number, code: string): boolean {
  return status === expected && text.includes(`"${code}"`);
}

const rowsWithinMs = 15_000;

/**
 * How many of these calls had an effect, by the log: the event of a change is committed with the change or not at all.
 * Waits until the log has a row of every call, or a late second effect would be missed.
 */
export async function countEffects(
  suite: Suite,
  operation: Operation,
  answers: readonly Pick<Answer, 'headers'>[],
): Promise<number> {
  const requests = answers.map(({ headers }) => headers['x-request-id']);
  const deadline = performance.now() + rowsWithinMs;
  for (;;) {
    const { rows } = await suite.database('audit', 'owner').query<{ rows: number; effects: number }>(
      `SELECT count(*)::int AS rows, count(*) FILTER (WHERE action = $2 AND outcome = 'success')::int AS effects
         FROM audit_event WHERE request_id = ANY ($1)`,
      [requests, operation.event],
    );
    const [found] = rows;
    if (found && found.rows === requests.length) return found.effects;
    if (performance.now() > deadline)
      throw new Error(`${String(found?.rows)} rows in the log for ${String(requests.length)} calls`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
