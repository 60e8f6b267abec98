import {
  invalidationAckFrom,
  invalidationAckSubject,
  invalidationSubject,
  type InvalidationAck,
  type InvalidationPush,
} from '@pcft/auth';
import type { Bus, BusSubscription } from '@pcft/events';

/** Platform's end of `inval`: rows go out, acknowledgements come in. Both at most once. */
export interface InvalidationChannel {
  publish(push: InvalidationPush): void;
  onAcknowledged(listener: (ack: InvalidationAck) => void): BusSubscription;
}

export function createNatsInvalidationChannel(bus: Bus): InvalidationChannel {
  return {
    publish(push) {
      // Not connected: holders hear of the row with their next renewal, and the revoke waits that long.
      bus.publish(invalidationSubject, push);
    },
    onAcknowledged: (listener) =>
      bus.subscribe(invalidationAckSubject, (message) => {
        const ack = invalidationAckFrom(message.json());
        if (ack !== null) listener(ack);
      }),
  };
}
