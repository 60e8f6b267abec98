import type { Logger } from './logger.ts';

/**
 * Runs a service until it is told to end. `start` returns how to close it. SIGTERM and SIGINT drain and exit 0; a
 * fault while starting is logged and exits 1. When the process was started by a supervisor over IPC and that is
 * gone, the service ends too: nobody would be left to stop it.
 */
export async function runService(logger: Logger, start: () => Promise<() => Promise<void>>): Promise<void> {
  process.on('unhandledRejection', (err) => {
    logger.fatal({ err }, 'unhandled rejection');
    process.exit(1);
  });
  try {
    const close = await start();
    let closing = false;
    const end = (reason: string) => {
      if (closing) return;
      closing = true;
      logger.info({ reason }, 'draining');
      close().then(
        () => process.exit(0),
        (err: unknown) => {
          logger.error({ err }, 'did not close cleanly');
          process.exit(1);
        },
      );
    };
    process.on('SIGTERM', end);
    process.on('SIGINT', end);
    process.on('disconnect', () => end('supervisor is gone'));
  } catch (err) {
    logger.fatal({ err }, 'could not start');
    process.exit(1);
  }
}
