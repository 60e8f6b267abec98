import { setTimeout as delay } from 'node:timers/promises';

/** One HTTP answer. */
export interface ReferenceAnswer {
  readonly method: string;
  readonly target: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed, or undefined where there is none. */
  readonly body: unknown;
}

export interface ReferenceRequest {
  readonly method: string;
  /** Path and query below the base URL. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it stands. */
  readonly body?: string;
  /** Takes a 429 for an answer instead of waiting. */
  readonly limited?: boolean;
}

export interface ReferenceClient {
  /** Every answer so far. */
  readonly answers: readonly ReferenceAnswer[];
  send(request: ReferenceRequest): Promise<ReferenceAnswer>;
}

/** The reference's own limits are a hundred calls a minute: who is told to wait waits, and calls again. */
export function createReferenceClient(baseUrl: string, onWait?: (seconds: number) => void): ReferenceClient {
  const answers: ReferenceAnswer[] = [];
  return {
    answers,
    async send({ method, target, headers = {}, body, limited = false }) {
      for (let attempt = 1; ; attempt++) {
        const response = await fetch(`${baseUrl}${target}`, {
          method,
          headers,
          ...(body !== undefined && { body }),
          signal: AbortSignal.timeout(15_000),
        });
        const text = await response.text();
        const answer = { method, target, status: response.status, headers: response.headers, text };
        answers.push({ ...answer, body: parse(text) });
        if (response.status !== 429 || limited || attempt === 5) return { ...answer, body: parse(text) };
        const seconds = Number(response.headers.get('retry-after') ?? 1);
        onWait?.(seconds);
        await delay(seconds * 1000 + 100);
      }
    },
  };
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
