import { Agent, request } from 'node:http';
import type { ProbeOutcome } from './instance-health.ts';

/** Nobody is there, as opposed to: somebody is and says nothing. */
const absent = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EADDRNOTAVAIL']);

/** An answer to /healthz has some dozen bytes; whoever sends more is not one of ours, and is not read to its end. */
const mostBytes = 4096;

/**
 * Asks one instance's /healthz over a connection of its own, which is kept. Any answer shows that the process lives;
 * one that drains says so in it. /readyz is not asked: it waits for the database, and an instance whose database is away
 * answers its callers better than the gateway could.
 */
export class HealthProbe {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #url: string;

  constructor(origin: string) {
    this.#url = `${origin}/healthz`;
  }

  /** Never rejects. */
  ask(timeoutMs: number): Promise<ProbeOutcome> {
    return new Promise((resolve) => {
      const question = request(this.#url, { agent: this.#agent }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
          if (text.length > mostBytes) answer.destroy(new Error('That is no answer of ours'));
        });
        answer.once('end', () => settle(isLeaving(text) ? 'leaving' : 'well'));
        answer.once('error', () => settle('unanswered'));
      });
      const timer = setTimeout(() => {
        // After a pause of this very process the answer may be waiting in the socket: that comes first.
        setImmediate(() => settle('unanswered'));
      }, timeoutMs);
      const settle = (outcome: ProbeOutcome): void => {
        clearTimeout(timer);
        if (outcome === 'unanswered') question.destroy();
        resolve(outcome);
      };
      question.once('error', ({ code = '' }: NodeJS.ErrnoException) =>
        settle(absent.has(code) ? 'refused' : 'unanswered'),
      );
      question.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function isLeaving(text: string): boolean {
  try {
    return (JSON.parse(text) as { status?: unknown } | null)?.status === 'draining';
  } catch {
    return false;
  }
}
