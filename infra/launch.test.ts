import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rootFolder } from './root-folder.ts';

/** The command that is launched: says where it runs, then waits for a signal, or for the launcher's end. */
const command = `
import { writeFileSync } from 'node:fs';
const note = (text) => writeFileSync(new URL('../note', import.meta.url), text);
if (process.argv[2] === 'exit') process.exit(7);
process.on('SIGTERM', () => { note('SIGTERM'); process.exit(3); });
process.on('disconnect', () => { note('disconnect'); process.exit(0); });
setInterval(() => undefined, 1000);
console.log('up', process.version, process.env.PATH.split(':')[0]);
`;

describe('the launcher', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pcft-launch-'));
    for (const name of ['infra', 'node_modules', 'bin']) mkdirSync(join(folder, name));
    cpSync(join(rootFolder, 'infra', 'launch.mjs'), join(folder, 'infra', 'launch.mjs'));
    writeFileSync(join(folder, 'infra', 'check.ts'), command);
    for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) writeFileSync(join(folder, name), name);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('ends with the exit code of the command', async () => {
    markInstalled();
    expect((await launch('check', 'exit').ended).code).toBe(7);
  });

  it('runs the command on this Node, which is first on its PATH, and passes signals on', async () => {
    markInstalled();
    const { process: launcher, output, ended } = launch('check');
    await until(() => output().includes('up'));
    expect(output()).toContain(`up ${process.version} ${dirname(process.execPath)}`);
    launcher.kill('SIGTERM');
    expect((await ended).code).toBe(3);
    expect(readFileSync(join(folder, 'note'), 'utf8')).toBe('SIGTERM');
  });

  it('lets the command know when it is killed', async () => {
    markInstalled();
    const { process: launcher, output } = launch('check');
    await until(() => output().includes('up'));
    launcher.kill('SIGKILL');
    await until(
      () => existsSync(join(folder, 'note')) && readFileSync(join(folder, 'note'), 'utf8') === 'disconnect',
    );
  });

  it('installs what the lock file says, once, and names no registry', async () => {
    fakeNpx(
      'echo "WARN GET https://user:pw@registry.example.com/x error (ENOTFOUND). registry.example.com:443 Will retry"; echo "Progress: resolved 1"',
    );
    const first = await launch('check', 'exit').ended;
    expect(first.code).toBe(7);
    expect(first.output).toContain('Progress: resolved 1');
    expect(first.output).not.toMatch(/registry\.example|user:pw/);
    const second = await launch('check', 'exit').ended;
    expect(second.output).not.toContain('Progress');
  });

  it('says so when the installation fails, and runs nothing', async () => {
    fakeNpx('echo "ERR_PNPM_FETCH_500  GET https://registry.example.com/x"; exit 1');
    const { code, output } = await launch('check', 'exit').ended;
    expect(code).toBe(1);
    expect(output).toContain('installing the packages failed');
    expect(output).not.toContain('registry.example');
  });

  it('refuses a command that does not exist', async () => {
    const { code, output } = await launch('toString').ended;
    expect(code).toBe(1);
    expect(output).toContain('usage:');
  });

  function markInstalled(): void {
    const hash = createHash('sha256').update('pnpm-lock.yaml').update('pnpm-workspace.yaml');
    const stamp = hash.update(`${process.platform} ${process.arch}`).digest('hex');
    writeFileSync(join(folder, 'node_modules', '.installed-lockfile'), stamp);
  }

  function fakeNpx(script: string): void {
    writeFileSync(join(folder, 'bin', 'npx'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'bin', 'npx'), 0o755);
  }

  function launch(...args: string[]): {
    process: ChildProcess;
    output: () => string;
    ended: Promise<{ code: number | null; output: string }>;
  } {
    const path = [join(folder, 'bin'), process.env['PATH']].join(delimiter);
    const child = spawn(process.execPath, [join(folder, 'infra', 'launch.mjs'), ...args], {
      env: { PATH: path },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    return {
      process: child,
      output: () => text,
      ended: once(child, 'close').then(([code]) => ({ code: code as number | null, output: text })),
    };
  }
});

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error('it did not come to that within 10 s');
    await delay(20);
  }
}
