import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Child } from './child.ts';
import { lockDataDir } from './data-dir-lock.ts';
import { isSameProcess, processIdentity } from './process-identity.ts';
import { ProcessLedger } from './process-ledger.ts';
import { stopLeftovers } from './stop-leftovers.ts';
import { SupervisedProcess } from './supervised-process.ts';

/** Lives until it is told to end; with `deaf` it does not listen. */
const idle = 'setInterval(() => undefined, 1000); process.on("SIGTERM", () => process.exit(0));';
const deaf = 'setInterval(() => undefined, 1000); process.on("SIGTERM", () => undefined); console.log("up");';

let folder: string;
let ledger: ProcessLedger;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pcft-processes-'));
  ledger = new ProcessLedger(folder, 'this run');
});
afterEach(async () => {
  await stopLeftovers(ledger, 100, 'this run');
  rmSync(folder, { recursive: true, force: true });
});

function start(script: string, name = 'child'): Promise<Child> {
  return Child.start({
    name,
    tier: 'service',
    command: process.execPath,
    args: ['-e', script],
    env: {},
    cwd: folder,
    logFile: join(folder, `${name}.log`),
    ledger,
    stopTimeoutMs: 300,
  });
}

describe('the identity of a process', () => {
  it('is the same as long as it lives, and gone with it', async () => {
    const child = spawn(process.execPath, ['-e', idle], { stdio: 'ignore' });
    const pid = child.pid ?? 0;
    const identity = processIdentity(pid);
    expect(identity).not.toBeNull();
    expect(isSameProcess(pid, identity ?? '')).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(processIdentity(pid)).toBeNull();
  });
});

describe('leftovers of a killed run', () => {
  it('are stopped, also when they are frozen or deaf', async () => {
    const children = await Promise.all([start(idle, 'idle'), start(deaf, 'deaf'), start(idle, 'frozen')]);
    children[2]?.signal('SIGSTOP');
    await until(() => readFileSync(join(folder, 'deaf.log'), 'utf8') !== '');
    const stopped = await stopLeftovers(new ProcessLedger(folder, 'the next run'), 300);
    expect(stopped.sort()).toEqual(['deaf', 'frozen', 'idle']);
    await Promise.all(children.map((child) => child.exited));
    expect(ledger.alive()).toEqual([]);
  });

  it('do not include a stranger who got the pid of one', async () => {
    const child = await start(idle);
    const [entry] = JSON.parse(readFileSync(ledger.path, 'utf8')) as { identity: string }[];
    writeFileSync(ledger.path, JSON.stringify([{ ...entry, identity: 'somebody else' }]));
    expect(await stopLeftovers(new ProcessLedger(folder, 'the next run'), 300)).toEqual([]);
    expect(child.running).toBe(true);
    await child.stop();
  });

  it('do not include what this very run has started', async () => {
    const child = await start(idle);
    expect(await stopLeftovers(ledger, 300)).toEqual([]);
    expect(child.running).toBe(true);
    await child.stop();
  });
});

describe('a supervised process', () => {
  const supervised = (revive?: boolean) =>
    new SupervisedProcess({
      ...{ name: 'idle', tier: 'service', port: 0, revive, log: () => undefined },
      launch: () => start(idle, 'idle'),
      ready: () => delay(100),
    });

  it('comes back when it dies, and stays down when it is stopped', async () => {
    const process = supervised();
    await process.start();
    const first = process.pid;
    await process.crash();
    expect(process.pid).toBeNull();
    await until(() => process.pid !== null);
    expect(process.pid).not.toBe(first);
    await process.stop();
    await delay(700); // longer than the first two pauses before a revival
    expect(process.pid).toBeNull();
    expect(process.deaths).toBe(1);
  });

  it('stays dead where deaths are to be seen', async () => {
    const process = supervised(false);
    await process.start();
    await process.crash();
    await delay(700);
    expect(process.pid).toBeNull();
    expect(process.deaths).toBe(1);
    await process.start();
    expect(process.pid).not.toBeNull();
    await process.kill();
    expect(process.deaths).toBe(1); // that one was asked for
  });
});

describe('the lock of a data directory', () => {
  it('has one holder at a time', async () => {
    const lock = await lockDataDir(folder);
    await expect(lockDataDir(folder, undefined, undefined, 0)).rejects.toThrow(
      `${folder} is in use by a running suite (pid ${process.pid}): stop it or set DATA_DIR`,
    );
    lock.release();
    (await lockDataDir(folder, undefined, undefined, 0)).release();
  });

  it.each([
    ['whose holder is gone', { pid: process.pid, identity: 'an earlier process with this pid' }],
    ['that was cut short', '{"pid":'],
  ])('is taken over from one %s', async (_, left) => {
    writeFileSync(join(folder, 'supervisor.json'), typeof left === 'string' ? left : JSON.stringify(left));
    (await lockDataDir(folder, undefined, undefined, 0)).release();
  });
});

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error('it did not come to that within 10 s');
    await delay(20);
  }
}
