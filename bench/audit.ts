/**
 * How many events a second the audit path takes, on a suite of its own: `node bench/audit.ts [seconds]`.
 * 1. ingest: batches as relays send them, straight to audit over NATS, answered after the commit;
 * 2. group commit: events appended one by one, as calls do, and how long the relay and audit need to drain them.
 */
import { withStack } from '../infra/stack/with-stack.ts';
import { createId } from '../packages/credentials/src/index.ts';
import {
  type AuditEvent,
  type Bus,
  createBus,
  createOutbox,
  type Outbox,
  serializeEvent,
} from '../packages/events/src/index.ts';
import { sampleEvent } from '../packages/testing/src/index.ts';
import { batchRows, sendBatches } from './send-batches.ts';

const seconds = Number(process.argv[2] ?? 5);

const event = (log: string): AuditEvent =>
  sampleEvent({
    log,
    action: 'workspace.member.list',
    required_action: 'workspace.member.list',
    operation: 'listMembers',
    access: 'list',
    actor: {
      type: 'account',
      id: `acc_${Math.floor(Math.random() * 100)}`,
      pat_id: createId('pat_'),
      session_id: null,
    },
    resource: `pcft:platform:workspace/${log}/member/*`,
  });

async function measureIngest(bus: Bus, workspaces: number): Promise<void> {
  const logs = Array.from({ length: workspaces }, () => createId('ws_'));
  const batch = (): Buffer =>
    Buffer.from(
      JSON.stringify({
        source: 'platform',
        events: Array.from({ length: batchRows }, () => {
          const one = event(logs[Math.floor(Math.random() * workspaces)] ?? '');
          return { id: one.id, body: serializeEvent(one) };
        }),
      }),
    );
  // Made beforehand: what services spend on it is not audit's.
  const batches = Array.from({ length: seconds * 60 }, batch);
  const taken = await sendBatches(bus, batches, seconds);
  const rate = Math.round(taken.events / taken.seconds);
  console.log(`ingest over ${workspaces} workspaces: ${rate} events/s`);
}

async function measureAppend(databaseUrl: string, callers: number): Promise<void> {
  const outbox = createOutbox({ databaseUrl, service: 'heimdall-admin' });
  const logs = Array.from({ length: 50 }, () => createId('ws_'));
  const from = performance.now();
  const waits: number[] = [];
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() - from < seconds * 1_000) {
        const start = performance.now();
        await outbox.append(event(logs[Math.floor(Math.random() * logs.length)] ?? ''));
        waits.push(performance.now() - start);
      }
    }),
  );
  const took = (performance.now() - from) / 1_000;
  const drained = await drain(outbox);
  await outbox.close();
  waits.sort((a, b) => a - b);
  const at = (part: number): string => (waits[Math.floor((waits.length - 1) * part)] ?? 0).toFixed(1);
  console.log(
    `group commit, ${callers} callers: ${Math.round(waits.length / took)} events/s, p50 ${at(0.5)} ms, ` +
      `p99 ${at(0.99)} ms; all in the log ${drained.toFixed(1)} s after the last`,
  );
}

/** Seconds until the outbox is empty. */
async function drain(outbox: Outbox): Promise<number> {
  const from = performance.now();
  while ((await outbox.stats()).pending > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  return (performance.now() - from) / 1_000;
}

await withStack({}, async (_file, stack) => {
  const bus = createBus({ url: stack.natsUrl, name: 'bench' });
  while (!bus.connected()) await new Promise((resolve) => setTimeout(resolve, 50));
  for (const workspaces of [1, 50, 5_000]) await measureIngest(bus, workspaces);
  for (const callers of [16, 64, 256])
    await measureAppend(stack.databaseUrls['heimdall_admin'] ?? '', callers);
  await bus.close();
});
