import type { ProcessLedger } from '../processes/process-ledger.ts';
import { SupervisedProcess } from '../processes/supervised-process.ts';

export type EngineName = 'postgres' | 'redis' | 'nats' | 'inbox';

/** What an engine needs to know of the suite it belongs to. */
export interface EngineContext {
  dataDir: string;
  /** Where engines that had to be fetched are unpacked. */
  cacheDir: string;
  ledger: ProcessLedger;
  log: (line: string) => void;
  /** The suite's data may be lost with the machine: nothing waits for a disk. Off by default. */
  throwaway?: boolean | undefined;
  /** See SupervisedOptions. */
  revive?: boolean | undefined;
  /** Where the inbox shows its mail; a free port without one. */
  inboxPort?: number | undefined;
  /** Aborted when the start is given up. */
  signal?: AbortSignal | undefined;
}

/** One engine that this suite runs itself. */
export type Engine = SupervisedProcess & {
  readonly name: EngineName;
  /** Of the inbox, where mail is sent to; `port` is where it is read. */
  readonly smtpPort?: number;
};

/** A supervised engine; see SupervisedProcess for what it does when the engine dies. */
export function createEngine(
  context: EngineContext,
  name: EngineName,
  port: number,
  run: Pick<ConstructorParameters<typeof SupervisedProcess>[0], 'launch' | 'ready'>,
): Engine {
  return new SupervisedProcess({
    name,
    tier: 'engine',
    port,
    log: context.log,
    revive: context.revive,
    ...run,
  }) as Engine;
}
