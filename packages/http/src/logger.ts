import { pino, type Logger } from 'pino';

export type { Logger };

/** Where secrets could stand in what is logged. Bodies and headers are never logged whole; this is the second net. */
const redacted = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'key',
  'client_secret',
  'access_token',
  'refresh_token',
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** JSON lines on stdout, one logger a process. */
export function createLogger(options: { service: string; level: string }): Logger {
  return pino({
    level: options.level,
    base: { service: options.service },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [...redacted, 'headers.authorization', 'headers.cookie', 'headers["x-api-key"]'],
      censor: '[redacted]',
    },
  });
}
