import { createReadStream } from 'node:fs';
import {
  readWitness,
  verifyExport,
  type CheckpointKeys,
  type ExportVerdict,
  type Witness,
} from '@pcft/audit-proof';
import { unreadable, type Outcome } from '../outcome.ts';
import { describeVerdict } from './describe-verdict.ts';
import { linesOf } from './lines-of.ts';
import { readCheckpoints } from './read-checkpoints.ts';
import { readKeys } from './read-keys.ts';

export interface VerifyFileOptions {
  readonly keys: string;
  readonly checkpoints?: string;
  readonly json?: boolean;
}

export async function verifyFile(file: string, options: VerifyFileOptions): Promise<Outcome> {
  let keys: CheckpointKeys;
  let witness: Witness | undefined;
  let verdict: ExportVerdict;
  try {
    keys = await readKeys(options.keys);
  } catch (error) {
    return unreadable(`cannot read the keys in ${options.keys}`, error);
  }
  if (options.checkpoints !== undefined) {
    try {
      const log = await logOf(file);
      const read = await readWitness(readCheckpoints(options.checkpoints), log, keys);
      if ('problem' in read)
        return { text: `checkpoint ${read.place} is not to be trusted: ${read.problem}\n`, exitCode: 1 };
      witness = read;
    } catch (error) {
      return unreadable(`cannot read the checkpoints in ${options.checkpoints}`, error);
    }
  }
  try {
    verdict = await verifyExport(linesOf(open(file)), { keys, ...(witness && { witness }) });
  } catch (error) {
    return unreadable(`cannot read ${file}`, error);
  }
  const text = options.json ? `${JSON.stringify(verdict)}\n` : describeVerdict(verdict, witness);
  return { text, exitCode: verdict.ok ? 0 : 1 };
}

function open(file: string): AsyncIterable<Buffer> {
  return file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1024 * 1024 });
}

/** Whose log the file says it is: what is kept outside is looked up by it before the file is believed. */
async function logOf(file: string): Promise<string> {
  if (file === '-') throw new Error('with checkpoints, the export has to be a file');
  for await (const line of linesOf(open(file))) {
    const { log } = JSON.parse(line) as { log?: unknown };
    if (typeof log === 'string') return log;
    break;
  }
  throw new Error(`${file} does not say whose log it is`);
}
