import { Rounds } from '@pcft/background';
import type { RecordDoor } from './record-door.ts';

/** Tells heimdall-admin when app API keys and credentials were last used; some seconds late, and never in the way. */
export interface LastUseReporter {
  note(id: string): void;
  start(): void;
  /** Ends after one last report. */
  stop(): Promise<void>;
}

export interface LastUseReporterOptions {
  readonly door: Pick<RecordDoor, 'reportLastUse'>;
  readonly onError: (error: unknown) => void;
  /** Default 5000. */
  readonly everyMs?: number;
}

/** As many as one report takes; and as many as are remembered while heimdall-admin is away. */
const batchSize = 1_000;
const mostKept = 20_000;

export function createLastUseReporter({
  door,
  onError,
  everyMs = 5_000,
}: LastUseReporterOptions): LastUseReporter {
  const used = new Map<string, number>();

  async function report(): Promise<void> {
    while (used.size > 0) {
      const batch = [...used].slice(0, batchSize);
      for (const [id] of batch) used.delete(id);
      try {
        await door.reportLastUse(batch.map(([id, at]) => ({ id, at: new Date(at).toISOString() })));
      } catch (error) {
        for (const [id, at] of batch) if ((used.get(id) ?? 0) < at && used.size < mostKept) used.set(id, at);
        onError(error);
        return;
      }
    }
  }

  const reports = new Rounds({ run: report, everyMs, onError });

  return {
    note(id) {
      if (used.has(id) || used.size < mostKept) used.set(id, Date.now());
    },
    start: () => reports.start(),
    async stop() {
      await reports.stop();
      await report();
    },
  };
}
