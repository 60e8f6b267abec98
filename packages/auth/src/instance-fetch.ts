export interface InstanceFetchOptions {
  /** For the whole of it, the reading of the answer included. */
  readonly timeoutMs: number;
  /** Whether a call that may have been carried out already can be sent again without harm. */
  readonly repeatable: boolean;
}

/** `fetch` to whichever instance of a service answers. Rejects when none does in time. */
export type InstanceFetch = (
  path: string,
  init: RequestInit,
  options: InstanceFetchOptions,
) => Promise<Response>;

/** For so long an instance that did not answer is asked last. */
const outOfFavourMs = 2_000;

/** Nothing of the call was sent when these are the reason. */
const neverSent = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND']);

/**
 * Takes the instances in turn. One that refuses the connection costs a try. One that is silent costs a call that can be
 * repeated its share of the time, and everybody else nothing for a while; a call that cannot be repeated waits for it.
 *
 * @param origins base URLs of any number of instances, which share nothing but their database
 */
export function createInstanceFetch(origins: readonly string[]): InstanceFetch {
  const outUntil = new Map<string, number>();
  let turn = 0;

  function inOrder(): string[] {
    const first = turn++ % origins.length;
    const turns = [...origins.slice(first), ...origins.slice(0, first)];
    const isOut = (origin: string) => (outUntil.get(origin) ?? 0) > performance.now();
    return [...turns.filter((origin) => !isOut(origin)), ...turns.filter(isOut)];
  }

  return async (path, init, { timeoutMs, repeatable }) => {
    const end = performance.now() + timeoutMs;
    const whole = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
    const order = inOrder();
    let failure: unknown;
    for (const [n, origin] of order.entries()) {
      const share = new AbortController();
      const isLast = n === order.length - 1;
      const shareMs = (end - performance.now()) / (order.length - n);
      const timer =
        repeatable && !isLast ? setTimeout(() => share.abort(new Error('No answer')), shareMs) : undefined;
      try {
        const signal = AbortSignal.any([whole, share.signal]);
        const answer = await fetch(new URL(path, origin), { ...init, signal, redirect: 'error' });
        outUntil.delete(origin);
        return answer;
      } catch (error) {
        failure = error;
        outUntil.set(origin, performance.now() + outOfFavourMs);
        if (whole.aborted || (!repeatable && !wasNeverSent(error))) break;
      } finally {
        clearTimeout(timer);
      }
    }
    throw failure;
  };
}

/** undici says why in the cause; an address with two families gives one cause for each. */
function wasNeverSent(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string; errors?: { code?: string }[] } };
  const causes = cause?.errors ?? [cause];
  return causes.every((each) => each?.code !== undefined && neverSent.has(each.code));
}
