/**
 * `npm test`: checks, unit tests, then HTTP, store and end-to-end tests against a suite of their own, and the rule
 * that every documented answer was seen. Arguments go to the second jest. The last line is the count.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChecks, checkTable } from './checks/run-checks.ts';
import { runCommand } from './checks/run-command.ts';
import { runJest } from './checks/run-jest.ts';
import { findChromium } from './engines/chromium.ts';
import { generateClients } from './generate.ts';
import { cacheFolder } from './root-folder.ts';
import { services } from './stack/services.ts';
import type { Stack } from './stack/stack.ts';
import { withStack } from './stack/with-stack.ts';
import { stopRequests } from './stop-requests.ts';

const signal = stopRequests();
const print = (text: string): void => void process.stdout.write(text);
const args = process.argv.slice(2);
// Nobody's passwords: most of the tests' time would be their hashes.
const env = { PASSWORD_HASH_COST: '4' };
let passed = 0;
let failed = 0;

// Fetched while the checks run; the tests that need a browser say what is wrong when there is none.
void findChromium(cacheFolder).catch(() => null);
await generateClients(services);
await stage('checks', async () => {
  const results = await runChecks(signal, console.log);
  console.log(checkTable(results));
  for (const { ok } of results) count(ok);
});
await stage('unit tests', () => jest('jest.unit.config.mjs'));
await stage('the suite', () =>
  withStack({ log: console.log, signal, throwaway: true, env }, async (stackFile, stack) => {
    const coverage = join(stackFile, '..', 'coverage.jsonl');
    writeFileSync(coverage, '');
    await jest('jest.config.mjs', { PCFT_STACK: stackFile, PCFT_COVERAGE: coverage }, args);
    count(nobodyDied(stack));
    // With arguments only some tests ran: what they did not produce says nothing.
    if (args.length === 0) {
      const { ok, output } = await runCommand([join('infra', 'check-coverage.ts'), coverage], { signal });
      print(output);
      count(ok);
    }
  }),
);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** A stage that throws is one failure, and the next one still runs, unless somebody asked to stop. */
async function stage(name: string, run: () => Promise<void>): Promise<void> {
  if (signal.aborted) {
    count(false);
    return;
  }
  console.log(`\n== ${name}`);
  try {
    await run();
  } catch (error) {
    count(false);
    console.error(error instanceof Error ? error.message : error);
  }
}

async function jest(config: string, env: Record<string, string> = {}, more: string[] = []): Promise<void> {
  const counts = await runJest(config, { env, args: more, signal, onOutput: print });
  passed += counts.passed;
  failed += counts.failed;
}

function nobodyDied(stack: Stack): boolean {
  const dead = stack.processes().filter((process) => process.deaths > 0);
  for (const { name, deaths } of dead) console.error(`${name} died ${deaths} times during the tests`);
  return dead.length === 0;
}

function count(ok: boolean): void {
  if (ok) passed += 1;
  else failed += 1;
}
