import { sendRequest } from '@pcft/testing';

const askEveryMs = 200;
const timeoutMs = 500;

/** Which of several gateways a call goes to, as the load balancer in front of them would decide. */
export interface Door {
  next(): string;
  close(): void;
}

/** Asks every gateway's /healthz five times a second; those that answer and do not drain take turns. */
export function openDoor(origins: readonly string[]): Door {
  const well = new Map(origins.map((origin) => [origin, true]));
  const timers = origins.map((origin) => {
    let asking = false;
    return setInterval(() => {
      if (asking) return;
      asking = true;
      void isWell(origin).then((answer) => {
        well.set(origin, answer);
        asking = false;
      });
    }, askEveryMs);
  });
  let turn = 0;
  return {
    next() {
      const open = origins.filter((origin) => well.get(origin));
      const from = open.length > 0 ? open : origins;
      return from[turn++ % from.length] ?? '';
    },
    close: () => timers.forEach((timer) => clearInterval(timer)),
  };
}

async function isWell(origin: string): Promise<boolean> {
  try {
    const answer = await sendRequest({ origin, method: 'GET', path: '/healthz', timeoutMs });
    return (JSON.parse(answer.text) as { status?: string }).status === 'ok';
  } catch {
    return false; // away or frozen: nothing more is to be known
  }
}
