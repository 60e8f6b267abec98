import {
  invalidationAckFrom,
  type InvalidationAck,
  type InvalidationPush,
  type InvalidationSubjects,
} from '@pcft/auth';
import type { Bus, BusSubscription } from '@pcft/events';

/** The keeper's end of the bus: rows go out, acknowledgements come in. Both at most once. */
export interface InvalidationChannel {
  publish(push: InvalidationPush): void;
  onAcknowledged(listener: (ack: InvalidationAck) => void): BusSubscription;
}

export function createNatsInvalidationChannel(bus: Bus, subjects: InvalidationSubjects): InvalidationChannel {
  return {
    publish(push) {
      // Not connected: holders hear of the row with their next renewal, and the change waits that long.
      bus.publish(subjects.push, push);
    },
    onAcknowledged: (listener) =>
      bus.subscribe(subjects.ack, (message) => {
        const ack = invalidationAckFrom(message.json());
        if (ack !== null) listener(ack);
      }),
  };
}
