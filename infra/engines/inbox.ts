import { join } from 'node:path';
import { Child } from '../processes/child.ts';
import { waitUntil } from '../processes/wait-until.ts';
import { rootFolder } from '../root-folder.ts';
import { createEngine, type Engine, type EngineContext } from './engine.ts';
import { freePort } from './free-port.ts';

/** The local inbox: an SMTP server on a free loopback port that delivers nothing, and shows on `port` what it got. */
export async function createInbox(context: EngineContext): Promise<Engine> {
  const port = context.inboxPort ?? (await freePort());
  const smtpPort = await freePort();
  const engine = createEngine(context, 'inbox', port, {
    launch: () =>
      Child.start({
        name: 'inbox',
        tier: 'engine',
        command: process.execPath,
        args: [join('src', 'main.ts')],
        env: { PATH: process.env['PATH'], PORT: String(port), SMTP_PORT: String(smtpPort) },
        cwd: join(rootFolder, 'infra', 'inbox'),
        logFile: join(context.dataDir, 'logs', 'inbox.log'),
        ledger: context.ledger,
        stopTimeoutMs: 2_000,
      }),
    ready: (child) => waitUntil('the inbox', child, () => probe(port)),
  });
  return Object.assign(engine, { smtpPort });
}

async function probe(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) });
  await response.text();
  if (!response.ok) throw new Error(`/readyz answers ${response.status}`);
}
