import { createLogger, listen, runService } from '@pcft/http';
import { compose, service } from './compose.ts';
import { readConfig } from './config.ts';

const logger = createLogger({ service, level: process.env['LOG_LEVEL'] ?? 'info' });

await runService(logger, async () => {
  const config = readConfig(process.env);
  const parts = compose(config, logger);
  parts.start();
  const server = await listen(parts.app, { host: config.HOST, port: config.PORT, logger });
  return async () => {
    await server.close();
    await parts.close();
  };
});
