import type { Metrics } from '@pcft/http';
import type { CheckpointKeeperOptions } from './checkpoint-keeper.ts';

/** Rounds of sealing by what became of them. Nothing but `failed` for minutes is worth waking somebody for. */
export function countCheckpoints(metrics: Metrics): CheckpointKeeperOptions['onRound'] {
  const rounds = metrics.counter('audit_checkpoint_rounds_total', 'Rounds of sealing, by outcome.', [
    'outcome',
  ]);
  return (outcome) => rounds.inc({ outcome });
}
