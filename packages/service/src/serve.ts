import { createLogger, listen, runService, type createServiceApp, type Logger } from '@pcft/http';
import type { ServiceName } from '@pcft/contracts';

/** A composed service. */
export interface ServiceParts {
  readonly app: ReturnType<typeof createServiceApp>;
  start(): void;
  /** Ends what would hold up the drain, such as streams without an end. Called before connections are waited for. */
  drain?(): void;
  close(): Promise<void>;
}

/** A service's `main`: environment → parts → listen; drains on SIGTERM. */
export function serve<Config extends { HOST: string; PORT: number; DRAIN_DELAY_MS: number }>(
  service: ServiceName,
  readConfig: (environment: NodeJS.ProcessEnv) => Config,
  compose: (config: Config, logger: Logger) => ServiceParts,
): Promise<void> {
  const logger = createLogger({ service, level: process.env['LOG_LEVEL'] ?? 'info' });
  return runService(logger, async () => {
    const config = readConfig(process.env);
    const parts = compose(config, logger);
    parts.start();
    const server = await listen(parts.app, {
      ...{ host: config.HOST, port: config.PORT, logger, drainDelayMs: config.DRAIN_DELAY_MS },
    });
    return async () => {
      parts.drain?.();
      await server.close();
      await parts.close();
    };
  });
}
