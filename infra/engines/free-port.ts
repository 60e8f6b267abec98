import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the range that systems hand out for outgoing connections: none of those can take a port meanwhile. */
const lowest = 20_000;
const highest = 32_000;

const given = new Set<number>();

/** A loopback TCP port that nobody listens on and that was not given out before by this process. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(lowest, highest);
    if (given.has(port) || !(await isPortFree(port, '127.0.0.1'))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`found no free port between ${lowest} and ${highest}`);
}

/** Whether `port` can be listened on, on `host`. */
export async function isPortFree(port: number, host: string): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
