import type { Bus } from '@pcft/events';
import type { MadeCheckpoint } from './checkpoint-store.ts';

/** A third place, on other disks than the database's: whoever reads it has the newest checkpoints within seconds. */
export interface CheckpointStream {
  /** The newest number it holds, 0 when it holds none. */
  last(): Promise<number>;
  /** @throws BusUnavailable where the server did not store it */
  publish(made: MadeCheckpoint): Promise<void>;
}

export const checkpointStream = {
  name: 'AUDIT_CHECKPOINTS',
  subjects: ['audit.checkpoint'],
  maxBytes: 256 * 1024 * 1024,
  maxAgeSeconds: 400 * 86_400,
} as const;

/** A message may be as large as the server takes, which is 1 MB. The root stands for spans that are left out. */
const mostSpanBytes = 512 * 1024;

export function createCheckpointStream(bus: Bus): CheckpointStream {
  const [subject] = checkpointStream.subjects;
  return {
    async last() {
      await bus.ensureStream(checkpointStream);
      const found = (await bus.request(
        `$JS.API.STREAM.MSG.GET.${checkpointStream.name}`,
        { last_by_subj: subject },
        { timeoutMs: 2_000 },
      )) as { message?: { data?: string } };
      const data = found.message?.data;
      if (data === undefined) return 0;
      return (JSON.parse(Buffer.from(data, 'base64').toString()) as { number: number }).number;
    },
    async publish({ number, checkpoint, spans }) {
      const whole = JSON.stringify({ number, checkpoint, spans });
      const body = whole.length <= mostSpanBytes ? whole : JSON.stringify({ number, checkpoint });
      const options = { timeoutMs: 5_000, messageId: `checkpoint-${number}` };
      await bus.publishToStream(subject, Buffer.from(body), options);
    },
  };
}
