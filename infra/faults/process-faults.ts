import { setTimeout as sleep } from 'node:timers/promises';
import { rmSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault, FaultContext } from './fault.ts';

const engines = ['nats', 'redis', 'postgres'] as const;
const services = ['audit', 'platform', 'heimdall-admin', 'tokens', 'projects'] as const;

/** How long a killed process stays away. */
const awayMs = 2_000;

/** The doors that callers come through cannot answer for themselves while they are away. */
const kill = (name: string): Fault => ({
  name: `${name}-kill`,
  proves: name === 'gateway' ? [2] : [1, 2],
  inject: async ({ stack }) => {
    await stack.process(name).kill();
    await sleep(awayMs);
    await stack.process(name).start();
  },
});

const freeze = (name: string): Fault => ({
  name: `${name}-freeze`,
  proves: [17],
  ...(name !== 'gateway' && { answersInTime: true }),
  inject: async ({ stack, settings }) => {
    stack.process(name).pause();
    await sleep(settings.freezeSeconds * 1000);
    stack.process(name).resume();
  },
});

/** Frozen first, so that what was committed cannot have been published; then killed with it in the outbox. */
const betweenEffectAndPublish: Fault = {
  name: 'kill-before-publish',
  proves: [1],
  inject: async ({ stack, databases, note }) => {
    stack.process('nats').pause();
    await sleep(3_000);
    const waiting = await databases.waiting();
    note(`${String(waiting)} committed events were not published when their services were killed`);
    const killed = ['projects', 'heimdall-admin', 'tokens', 'platform'].map((name) => stack.process(name));
    await Promise.all(killed.map((process) => process.kill()));
    stack.process('nats').resume();
    await Promise.all(killed.map((process) => process.start()));
  },
};

const natsWiped: Fault = {
  name: 'nats-wiped',
  proves: [1],
  inject: async ({ stack }) => {
    const nats = stack.process('nats');
    await nats.kill();
    const store = join(stack.dataDir, 'nats');
    for (const entry of readdirSync(store)) rmSync(join(store, entry), { recursive: true, force: true });
    await nats.start();
  },
};

/** The server comes back with a store that is too small for what it should keep, and that is then filled to the brim. */
const natsFull: Fault = {
  name: 'nats-full',
  proves: [1],
  inject: async (context) => {
    const nats = context.stack.process('nats');
    await nats.kill();
    process.env['NATS_MAX_FILE_STORE'] = '4MB';
    try {
      await nats.start();
      await fillStore(context);
      await sleep(5_000);
    } finally {
      delete process.env['NATS_MAX_FILE_STORE'];
      await nats.kill();
      await nats.start();
    }
    const connection = await context.suite.nats();
    const streams = (await connection.jetstreamManager()).streams;
    await streams.delete('FILLER').catch(() => undefined); // it may not have survived the kill
  },
};

async function fillStore({ suite, note, broken }: FaultContext): Promise<void> {
  const connection = await suite.nats();
  const manager = await connection.jetstreamManager();
  await manager.streams.add({ name: 'FILLER', subjects: ['filler'] });
  const chunk = new Uint8Array(500_000);
  for (let written = 0; written < 40; written++) {
    const refusal = await connection
      .jetstream()
      .publish('filler', chunk, { timeout: 2_000 })
      .then(
        () => null,
        (error: unknown) => String(error),
      );
    if (refusal !== null) return note(`the store was full after ${String(written / 2)} MB: ${refusal}`);
  }
  broken('20 MB did not fill a store of 4 MB');
}

/** Killed and frozen one after another, and what NATS' store may meet. */
export const processFaults: readonly Fault[] = [
  ...[...engines, ...services, 'gateway'].map(kill),
  betweenEffectAndPublish,
  natsWiped,
  natsFull,
  ...[...engines, ...services, 'gateway'].map(freeze),
];
