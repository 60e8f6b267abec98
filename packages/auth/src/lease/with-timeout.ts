import type { Clock } from './ports.ts';

export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * The promise's result, or TimeoutError after `timeoutMs`. What comes later is handed to `onLate`, for results that
 * leave something behind elsewhere; late failures are of no interest.
 */
export function withTimeout<T>(
  clock: Clock,
  timeoutMs: number,
  promise: Promise<T>,
  onLate: (late: T) => void = () => {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const cancel = clock.setTimer(timeoutMs, () => {
      isLate = true;
      reject(new TimeoutError(`no reply within ${timeoutMs} ms`));
    });
    promise.then(
      (value) => {
        if (isLate) return onLate(value);
        cancel();
        resolve(value);
      },
      (error: Error) => {
        cancel();
        reject(error);
      },
    );
  });
}
