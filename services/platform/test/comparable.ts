import type { Answer } from '@pcft/testing';

/** An answer without what differs from call to call. */
export function comparable(answer: Pick<Answer, 'status' | 'text' | 'headers'>): unknown {
  const requestId = answer.headers['x-request-id'] ?? 'none';
  return { status: answer.status, text: answer.text.replaceAll(requestId, 'REQUEST') };
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
