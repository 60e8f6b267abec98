import type { FaultName } from '@pcft/errors';
import type { CallInput } from '../call-operation.ts';

/** One input with exactly one thing wrong with it, and the answer it has to get. */
export interface MalformedInput {
  /** What is wrong, for the test's message. */
  readonly name: string;
  /** Laid over a valid call of the operation. */
  readonly input: CallInput;
  readonly fault: Extract<FaultName, 'validation' | 'body-too-large' | 'unsupported-media-type'>;
  /** Part of the name that one of the details has to point at. */
  readonly field?: string;
}
