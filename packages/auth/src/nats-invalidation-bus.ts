import type { Bus } from '@pcft/events';
import { invalidationPushFrom, type InvalidationSubjects } from './invalidation-subjects.ts';
import type { InvalidationBus } from './lease/index.ts';

/** A holder's end of the bus, over NATS. */
export function createNatsInvalidationBus(bus: Bus, subjects: InvalidationSubjects): InvalidationBus {
  return {
    async subscribe(onPush) {
      const subscription = bus.subscribe(subjects.push, (message) => {
        const push = invalidationPushFrom(message.json());
        if (push) onPush(push);
      });
      // Not awaited: with NATS away the holder joins all the same, and changes wait for its lease to run out.
      subscription.ready.catch(() => undefined);
      return () => void subscription.close();
    },
    ack: (holder, n) => void bus.publish(subjects.ack, { holder, n }),
  };
}
