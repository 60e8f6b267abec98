import type { Metrics } from '@pcft/http';

/** Counts what hashes of passwords cost, for `onWork` of the hasher. */
export function observePasswordWork(
  metrics: Metrics,
): (work: { readonly rounds: number; readonly blocks: number }) => void {
  const rounds = metrics.counter(
    'password_bcrypt_rounds_total',
    'Rounds of bcrypt, 2^cost for each hash.',
    [],
  );
  const blocks = metrics.counter('password_argon2_blocks_total', 'KiB times passes of argon2id.', []);
  return (work) => {
    rounds.inc(work.rounds);
    blocks.inc(work.blocks);
  };
}
