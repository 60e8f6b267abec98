import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removePostgresFolder } from '../engines/postgres-folder.ts';
import { isSameProcess, processIdentity } from '../processes/process-identity.ts';
import { ProcessLedger } from '../processes/process-ledger.ts';
import { fixtureServices } from './fixture-services.ts';
import { services } from './services.ts';
import { startStack } from './stack.ts';

/** Real engines and processes; only the services are stand-ins. */
describe('a suite', () => {
  let dataDir: string;
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'pcft-stack-'));
  });
  afterAll(() => {
    removePostgresFolder(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('starts, revives what dies, and leaves no process when it is stopped', async () => {
    const stack = await startStack({ dataDir, ...fixtureServices });
    try {
      const audit = stack.process('audit');
      const firstPid = audit.pid;
      await audit.crash();
      await until(() => audit.pid !== null && audit.pid !== firstPid);
      await until(async () => (await fetch(stack.serviceUrls.audit)).ok);

      const second = await stack.startInstance('audit');
      expect(second.process.name).toBe('audit-2');
      expect((await fetch(second.url)).ok).toBe(true);

      const natsPort = stack.process('nats').port;
      await stack.stopEngine('nats');
      expect(stack.process('nats').pid).toBeNull();
      await stack.startEngine('nats');
      expect(stack.process('nats').port).toBe(natsPort);
    } finally {
      const pids = stack.processes().map(({ pid }) => [pid ?? 0, processIdentity(pid ?? 0) ?? ''] as const);
      const startedAt = performance.now();
      await stack.stop();
      expect(performance.now() - startedAt).toBeLessThan(10_000);
      expect(pids.filter(([pid, identity]) => isSameProcess(pid, identity))).toEqual([]);
    }
  }, 60_000);

  it('is cleaned up and starts again after its supervisor was killed', async () => {
    const supervisor = spawn(
      process.execPath,
      [join(import.meta.dirname, 'fixture-supervisor.ts'), dataDir],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(supervisor.stdout, 'data');
    const ledger = new ProcessLedger(dataDir, 'the test');
    expect(ledger.alive().length).toBe(services.length + 5); // and three engines, the inbox, and the gateway
    supervisor.kill('SIGKILL');
    await once(supervisor, 'exit');

    const stack = await startStack({ dataDir, ...fixtureServices }); // at once, while the watchdog still works
    const own = stack.processes().map(({ pid }) => pid);
    await delay(1_000);
    expect(
      ledger
        .alive()
        .map(({ pid }) => pid)
        .sort(),
    ).toEqual(own.sort());
    await stack.stop();
    expect(ledger.alive()).toEqual([]);
  }, 60_000);

  it('leaves nothing behind when its supervisor is killed and nobody starts it again', async () => {
    const supervisor = spawn(
      process.execPath,
      [join(import.meta.dirname, 'fixture-supervisor.ts'), dataDir],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(supervisor.stdout, 'data');
    supervisor.kill('SIGKILL');
    const ledger = new ProcessLedger(dataDir, 'the test');
    await until(() => ledger.alive().length === 0);
    expect(ledger.alive()).toEqual([]);
  }, 60_000);

  it('names a port that is taken, and starts nothing', async () => {
    const server: Server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(startStack({ dataDir, port, ...fixtureServices })).rejects.toThrow(
      `port ${port} is in use by another program: stop it or set PORT`,
    );
    expect(new ProcessLedger(dataDir, 'the test').alive()).toEqual([]);
    server.close();
    await once(server, 'close');
  });
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 15_000;
  while (!(await Promise.resolve(condition()).catch(() => false))) {
    if (performance.now() > end) throw new Error('it did not come to that within 15 s');
    await delay(50);
  }
}
