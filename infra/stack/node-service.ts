import { join } from 'node:path';
import { Child } from '../processes/child.ts';
import type { ProcessLedger } from '../processes/process-ledger.ts';
import { SupervisedProcess } from '../processes/supervised-process.ts';
import { waitUntil } from '../processes/wait-until.ts';

export interface NodeServiceOptions {
  name: string;
  tier: 'service' | 'gateway';
  /** `src/main.ts` in it is run. */
  folder: string;
  port: number;
  env: Record<string, string>;
  dataDir: string;
  ledger: ProcessLedger;
  log: (line: string) => void;
  revive?: boolean | undefined;
}

/** A service or gateway process of ours, ready when its `/readyz` says so. */
export function createNodeService(options: NodeServiceOptions): SupervisedProcess {
  const { name, tier, port } = options;
  return new SupervisedProcess({
    name,
    tier,
    port,
    log: options.log,
    revive: options.revive,
    launch: () =>
      Child.start({
        name,
        tier,
        command: process.execPath,
        args: [join('src', 'main.ts')],
        env: options.env,
        cwd: options.folder,
        logFile: join(options.dataDir, 'logs', `${name}.log`),
        ledger: options.ledger,
        // With the engines' own time after it, the whole suite is gone within 10 s.
        stopTimeoutMs: (tier === 'gateway' ? 2_000 : 3_000) + Number(options.env['DRAIN_DELAY_MS'] ?? 0),
      }),
    ready: (child) => waitUntil(name, child, () => probe(port), 60_000),
  });
}

async function probe(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`/readyz answers ${response.status} ${text.slice(0, 200)}`);
}
