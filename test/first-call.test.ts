import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';

const script = join(import.meta.dirname, '..', 'examples', 'first-call.sh');
const canRun = spawnSync('jq', ['--version']).status === 0 && spawnSync('curl', ['--version']).status === 0;

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
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

describe('examples/first-call.sh', () => {
  if (!canRun) {
    it('says in one line what is missing', async () => {
      const { code, output } = await run({ URL: suite.gatewayUrl, PAT: world.owner.pat });
      expect(code).toBe(1);
      expect(output).toMatch(/^\s*FAILED: (jq|curl) is missing; .*$/);
    });
    return;
  }

  it('walks through the five steps with nothing but a URL and a PAT', async () => {
    const { code, output } = await run({ URL: suite.gatewayUrl, PAT: world.owner.pat });
    expect([code, output]).toEqual([0, expect.stringContaining('each with its audit row')]);
    expect(output).not.toContain(world.owner.pat);
  }, 60_000);

  it('reads both from the demo that npm start left', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'first-call-'));
    try {
      writeFileSync(
        join(dataDir, 'demo.json'),
        JSON.stringify({ url: suite.gatewayUrl, pat: { secret: world.owner.pat } }),
      );
      const { code, output } = await run({ DATA_DIR: dataDir });
      expect([code, output]).toEqual([0, expect.stringContaining('each with its audit row')]);
    } finally {
      rmSync(dataDir, { recursive: true });
    }
  }, 60_000);

  it('fails when an answer differs', async () => {
    const { code, output } = await run({ URL: suite.gatewayUrl, PAT: `${world.owner.pat.slice(0, -1)}!` });
    expect(code).toBe(1);
    expect(output).toContain('FAILED: whose PAT is it: expected 200, got 401');
  });

  it('fails in one line without a demo', async () => {
    const { code, output } = await run({ DATA_DIR: '/nonexistent' });
    expect(code).toBe(1);
    expect(output.trim()).toMatch(/^FAILED: no URL and PAT given[^\n]*$/);
  });
});
