import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, uniqueName, type Suite } from '@pcft/testing';
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

const script = join(import.meta.dirname, '..', 'examples', 'quickstart-002.sh');
const canRun = spawnSync('jq', ['--version']).status === 0 && spawnSync('curl', ['--version']).status === 0;

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

function run(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const child = spawn('bash', [script], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString() }));
  });
}

describe('examples/quickstart-002.sh', () => {
  if (!canRun) {
    it('says in one line what is missing', async () => {
      const { code, output } = await run({ URL: suite.gatewayUrl });
      expect(code).toBe(1);
      expect(output).toMatch(/^\s*FAILED: (jq|curl) is missing; .*$/);
    });
    return;
  }

  it('runs the four steps of the guide with only host, address and organization id filled in', async () => {
    const { code, output } = await run({
      URL: suite.gatewayUrl,
      EMAIL: `${uniqueName('person')}@example.com`,
    });
    expect([code, output]).toEqual([0, expect.stringContaining('Everything is as the guide says.')]);
    expect(output).not.toMatch(/ba_[0-9A-Za-z]{36}/);
  }, 60_000);

  it('fails at the first answer that differs', async () => {
    // The gateway serves nothing of the guide below this path.
    const { code, output } = await run({ URL: `${suite.gatewayUrl}/nothing` });
    expect(code).toBe(1);
    expect(output).toContain('FAILED: sign up: expected 200, got 404');
  });

  it('fails in one line without a demo', async () => {
    const { code, output } = await run({ DATA_DIR: '/nonexistent' });
    expect(code).toBe(1);
    expect(output.trim()).toMatch(/^FAILED: no URL given[^\n]*$/);
  });
});
