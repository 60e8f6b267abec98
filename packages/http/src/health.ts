import type { Express } from 'express';
import type { Metrics } from './metrics.ts';

const checkTimeoutMs = 1000;

/**
 * `/healthz`: the process is alive. `/readyz`: its dependencies can be used and it is not draining; 503 otherwise,
 * by dependency and without saying why. `/metrics`: Prometheus' text format. None of them is routed by the gateway.
 */
export function mountHealth(
  app: Express,
  options: { readiness: Readonly<Record<string, () => Promise<unknown>>>; metrics: Metrics },
): void {
  const isDraining = () => app.get('draining') === true;
  // Alive also while it drains; the gateway reads here that it shall send no more.
  app.get('/healthz', (_req, res) => void res.json({ status: isDraining() ? 'draining' : 'ok' }));
  app.get('/readyz', async (_req, res) => {
    const entries = Object.entries(options.readiness);
    const checks = Object.fromEntries(
      await Promise.all(
        entries.map(async ([name, check]) => [name, (await passes(check)) ? 'ok' : 'unavailable'] as const),
      ),
    );
    const draining = isDraining();
    const ready = !draining && Object.values(checks).every((state) => state === 'ok');
    res
      .status(ready ? 200 : 503)
      .json({ status: ready ? 'ready' : draining ? 'draining' : 'unavailable', checks });
  });
  app.get('/metrics', async (_req, res) => {
    res.type(options.metrics.registry.contentType).send(await options.metrics.registry.metrics());
  });
}

async function passes(check: () => Promise<unknown>): Promise<boolean> {
  const timeout = new Promise<boolean>((resolve) => setTimeout(resolve, checkTimeoutMs, false).unref());
  const passed = check().then(
    () => true,
    () => false,
  );
  return Promise.race([passed, timeout]);
}
