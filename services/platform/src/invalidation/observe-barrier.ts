import type { RevocationBarrier } from '@pcft/auth';
import type { Metrics } from '@pcft/http';

/** Counts how changes passed the barrier. Many that `waited` while NATS is up: a holder is silent, and revokes are slow. */
export function observeBarrier(
  barrier: RevocationBarrier,
  metrics: Metrics,
): Pick<RevocationBarrier, 'passed'> {
  const passed = metrics.counter(
    'invalidations_passed_total',
    'Changes by how they passed the revocation barrier: acknowledged by every holder, or waited out.',
    ['passed'],
  );
  return {
    async passed(change) {
      const how = await barrier.passed(change);
      passed.inc({ passed: how });
      return how;
    },
  };
}
