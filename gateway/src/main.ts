import { ConfigError } from '@pcft/config';
import { composeGateway } from './compose.ts';
import { gatewayConfig } from './config.ts';

/** One line on stderr, as whoever starts the suite shows it. */
function giveUp(reason: string): never {
  process.stderr.write(`gateway: ${reason}\n`);
  process.exit(1);
}

try {
  const config = gatewayConfig(process.env);
  const gateway = composeGateway(config);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      gateway.drain().then(
        () => process.exit(0),
        (error: unknown) => giveUp(`could not drain: ${String(error)}`),
      );
    });
  await gateway.listen();
} catch (error) {
  if (error instanceof ConfigError) giveUp(error.message);
  const { code, message } = error as NodeJS.ErrnoException;
  giveUp(code === 'EADDRINUSE' ? `the port is in use: ${message}` : message);
}
