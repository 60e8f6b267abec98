/** `npm start`: the whole suite on this machine, until Ctrl-C. */
import { join, resolve } from 'node:path';
import { ensureDemo } from './demo/ensure-demo.ts';
import { demoText } from './demo/demo-text.ts';
import { generateClients } from './generate.ts';
import { rootFolder } from './root-folder.ts';
import { services } from './stack/services.ts';
import { startStack } from './stack/stack.ts';
import { aborted, stopRequests } from './stop-requests.ts';

const stopRequest = stopRequests();
const startedAt = performance.now();
try {
  const port = readPort(process.env['PORT']);
  const dataDir = resolve(process.env['DATA_DIR'] ?? join(rootFolder, '.data'));
  const made = await generateClients(services);
  if (made.length > 0) console.log(`made database clients: ${made.join(', ')}`);
  stopRequest.throwIfAborted();
  const publicUrl = process.env['PUBLIC_URL'];
  const inboxPort = process.env['INBOX_PORT'];
  const stack = await startStack({
    dataDir,
    port,
    host: process.env['HOST'] ?? '127.0.0.1',
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(inboxPort === undefined ? {} : { inboxPort: readPort(inboxPort) }),
    log: console.log,
    signal: stopRequest,
  });
  try {
    const demo = await ensureDemo({ ...stack, dataDir });
    console.log(demoText(demo, stack.inboxUrl, (performance.now() - startedAt) / 1000));
    await aborted(stopRequest);
    console.log('stopping');
  } finally {
    await stack.stop();
  }
  console.log('stopped');
} catch (error) {
  if (!stopRequest.aborted) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

function readPort(text = '8080'): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`PORT must be 1 to 65535, not ${text}`);
  return port;
}
