import { setTimeout as sleep } from 'node:timers/promises';
import { fillPath, idsOf, operationById, paramsFor, sendRequest } from '@pcft/testing';
import { services } from '../stack/services.ts';
import type { Databases } from './databases.ts';
import type { Fault, FaultContext } from './fault.ts';

/** Holds a lock that nothing can be written past while `body` runs. */
async function whileLocked(
  databases: Databases,
  table: { database: string; name: string },
  body: () => Promise<void>,
): Promise<void> {
  const client = await databases.of(table.database).connect();
  try {
    await client.query('BEGIN');
    await client.query(`LOCK TABLE ${table.name} IN ACCESS EXCLUSIVE MODE`);
    await body();
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

const outboxUnwritable: Fault = {
  name: 'outbox-unwritable',
  proves: [3],
  answersInTime: true,
  inject: async ({ databases, load, note, broken }) => {
    const from = load.calls.length;
    const locked = { at: 0, until: 0 };
    const lock = async (left: readonly { database: string }[]): Promise<void> => {
      const [first, ...others] = left;
      if (first === undefined) {
        locked.at = performance.now();
        await sleep(4_000);
        locked.until = performance.now();
        return;
      }
      return whileLocked(databases, { ...first, name: 'outbox_event' }, () => lock(others));
    };
    await lock(services);
    const meanwhile = load.calls
      .slice(from)
      .filter(({ sentAt, endedAt }) => sentAt > locked.at && (endedAt ?? Infinity) < locked.until);
    const accepted = meanwhile.filter(({ status }) => status !== 503);
    note(
      `${String(meanwhile.length)} calls ended meanwhile, ${String(accepted.length)} with anything but 503`,
    );
    for (const { kind, text, status } of accepted.slice(0, 5))
      broken(`${kind.name} answered ${String(status)} without a row: ${text}`);
    if (meanwhile.length === 0) broken('no call ended while the outboxes were locked');
  },
};

const auditReadOnly: Fault = {
  name: 'audit-read-only',
  proves: [1],
  inject: async ({ databases }) => {
    await setReadOnly(databases, true);
    await sleep(6_000);
    await setReadOnly(databases, false);
  },
};

async function setReadOnly(databases: Databases, on: boolean): Promise<void> {
  const server = databases.of('postgres');
  await server.query(
    on
      ? 'ALTER DATABASE audit SET default_transaction_read_only = on'
      : 'ALTER DATABASE audit RESET default_transaction_read_only',
  );
  // A setting of the database holds for new sessions.
  await server.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'audit'`);
}

/** A process of each service with two connections, a lock on what it reads and writes, and many calls at once. */
const poolExhausted: Fault = {
  name: 'pool-exhausted',
  proves: [19],
  inject: async (context) => {
    await exhaust(context, 'projects', 'project', 'listProjects');
    await exhaust(context, 'heimdall-admin', 'app', 'getApp');
    await exhaust(context, 'platform', 'workspace', 'getWorkspace');
  },
};

async function exhaust(
  { stack, databases, world, note, broken }: FaultContext,
  service: 'projects' | 'heimdall-admin' | 'platform',
  table: string,
  operationId: string,
): Promise<void> {
  const { process, url } = await stack.startInstance(service, { DATABASE_POOL: '2' });
  try {
    const operation = operationById(operationId);
    const ask = () =>
      sendRequest({
        origin: url,
        method: operation.method,
        path: fillPath(operation.path, paramsFor(operation, idsOf(world))),
        headers: { authorization: `Bearer ${world.owner.pat}` },
      });
    await ask(); // its answer of platform is cached now
    let answers: Awaited<ReturnType<typeof ask>>[] = [];
    await whileLocked(databases, { database: service.replaceAll('-', '_'), name: table }, async () => {
      answers = await Promise.all(Array.from({ length: 60 }, ask));
    });
    const by = Map.groupBy(answers, ({ status }) => status);
    const slowest = Math.max(...answers.map(({ durationMs }) => durationMs));
    const counts = [...by].map(([status, { length }]) => `${String(length)} × ${String(status)}`).join(', ');
    note(
      `${service}: 60 calls at once over two connections that wait: ${counts}; slowest ${slowest.toFixed(0)} ms`,
    );
    const wrong = answers.filter(({ status, headers }) => status !== 503 || !headers['retry-after']);
    for (const { status, text } of wrong.slice(0, 3))
      broken(`${service} answered ${String(status)}: ${text}`);
    const after = await ask();
    if (after.status !== operation.success.status) broken(`${service} is not well afterwards: ${after.text}`);
  } finally {
    await stack.stopInstance(process.name);
  }
}

export const databaseFaults: readonly Fault[] = [outboxUnwritable, auditReadOnly, poolExhausted];
