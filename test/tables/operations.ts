import { allOperations, authorizationOf, type Operation } from '@pcft/contracts';
import { wordingOf, type FaultName } from '@pcft/errors';
import { readFault, type Answer } from '@pcft/testing';

type Row = readonly [string, Operation];
const rows = (filter: (operation: Operation) => boolean): Row[] =>
  allOperations.filter(filter).map((operation) => [operation.operationId, operation] as const);

/** Operations as tables for `describe.each`; all of them are derived, none is listed. */
export const everyOperation = rows(() => true);
/** Needs a credential of a caller. */
export const guardedOperations = rows(({ access }) => access.kind !== 'public' && access.kind !== 'service');
/** Something is decided. */
export const decidedOperations = rows((operation) => authorizationOf(operation) !== null);
/** Only for services of the suite. */
export const internalOperations = rows(({ access }) => access.kind === 'service');
export const limitedOperations = rows(({ rateClass }) => rateClass !== 'internal');
/** Take an Idempotency-Key. */
export const idempotentOperations = rows(({ idempotent }) => idempotent);
/** Not an operation of the suite's own services: what the gateway routes. */
export const publicOperations = rows(({ access }) => access.kind !== 'service');

/** The fault as it reads in the operation's dialect: what the caller's program switches on. */
export function codeOf(fault: FaultName, { dialect }: Pick<Answer, 'dialect'>): string {
  return wordingOf(fault, dialect).code;
}

/** Status and code of an answer, to be compared in one go; the text says more when they differ. */
export function outcome(answer: Answer): { status: number; code: string | null; text?: string } {
  if (answer.status < 400) return { status: answer.status, code: null };
  return { status: answer.status, code: readFault(answer.dialect, answer.body).code };
}

/** The body without what differs from call to call. */
export function comparable(answer: Answer): unknown {
  const requestId = answer.headers['x-request-id'] ?? 'none';
  return { status: answer.status, text: answer.text.replaceAll(requestId, 'REQUEST') };
}

/** Right calls whose answer depends on the moment: a row has a proof when the next checkpoint has sealed it. */
export const answersByTheMoment: ReadonlySet<string> = new Set(['getAuditLogProof']);
