import type { ServiceName } from '@pcft/contracts';

export interface Readiness {
  status: 'ready' | 'not_ready';
  /** By public name; a service is ready when one of its instances is. */
  services: Record<string, 'ready' | 'not_ready'>;
}

const checkTimeoutMs = 1000;
const answerAgeMs = 250;

/**
 * Asks every service's /readyz. Callers share one round of questions and, for a moment, its answer: /readyz is public,
 * and one request must not become four for as long as somebody likes to send them.
 */
export function createReadiness(
  upstreams: Readonly<Record<ServiceName, readonly string[]>>,
  isDraining: () => boolean,
): () => Promise<Readiness> {
  let latest: Promise<Readiness> | undefined;

  async function ask(): Promise<Readiness> {
    const answers = await Promise.all(
      Object.entries(upstreams).map(async ([service, origins]) => {
        const instances = await Promise.all(origins.map(isReady));
        return [service, instances.includes(true) ? 'ready' : 'not_ready'] as const;
      }),
    );
    const services = Object.fromEntries(answers);
    return { status: Object.values(services).includes('not_ready') ? 'not_ready' : 'ready', services };
  }

  return async () => {
    if (latest === undefined) {
      latest = ask();
      void latest.finally(() => setTimeout(() => (latest = undefined), answerAgeMs).unref());
    }
    const readiness = await latest;
    return isDraining() ? { ...readiness, status: 'not_ready' } : readiness;
  };
}

async function isReady(origin: string): Promise<boolean> {
  try {
    const answer = await fetch(`${origin}/readyz`, {
      signal: AbortSignal.timeout(checkTimeoutMs),
      redirect: 'manual',
    });
    await answer.body?.cancel();
    return answer.status === 200;
  } catch {
    return false; // refused, timed out or no HTTP at all: not ready is all there is to say
  }
}
