import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { connectSuite, createWorld, readStackFile, type Suite, type World } from '@pcft/testing';
import { withStack } from '../stack/with-stack.ts';
import type { SignInBurst } from './sign-in-burst.ts';

/**
 * Guarantee 16: 200 concurrent sign-ins leave the p99 of authorize within twice its idle value. Options: `--sign-ins
 * 200`, `--rate 100` authorize calls a second, and `--sabotage`, which checks 64 passwords at a time.
 *
 * The calls come at fixed times, whether the ones before were answered or not, and are timed from when they were due.
 */
export async function proveSignInLoad(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      'sign-ins': { type: 'string', default: '200' },
      rate: { type: 'string', default: '100' },
      sabotage: { type: 'boolean', default: false },
    },
  });
  // All sign-ins are those of one user, at once: what is measured is the load, not the limit of guesses.
  const env = { LIMIT_GUESSES: '1000000', ...(values.sabotage && { PASSWORD_HASHES_AT_ONCE: '64' }) };
  return withStack({ log: console.log, env }, async (stackFile) => {
    const suite = await connectSuite(readStackFile(stackFile));
    try {
      const held = await measure(suite, stackFile, Number(values['sign-ins']), Number(values.rate));
      return values.sabotage ? !held : held;
    } finally {
      await suite.close();
    }
  });
}

async function measure(suite: Suite, stackFile: string, signIns: number, rate: number): Promise<boolean> {
  const world = await createWorld(suite);
  await authorizeFor(suite, world, rate, 3_000); // warm
  const idle = await authorizeFor(suite, world, rate, 8_000);
  const burst = await readyBurst(stackFile, world, signIns);
  let signingIn = true;
  const startedAt = performance.now();
  const answers = burst().finally(() => (signingIn = false));
  const busy: number[] = [];
  while (signingIn) busy.push(...(await authorizeFor(suite, world, rate, 1_000)));
  const statuses = await answers;
  const tookSeconds = (performance.now() - startedAt) / 1000;
  const succeeded = statuses.filter((status) => status === 200).length;
  const [before, during] = [p99(idle), p99(busy)];
  console.log(`authorize idle:   ${figures(idle)}`);
  console.log(`authorize during: ${figures(busy)}`);
  console.log(
    `${String(succeeded)} of ${String(signIns)} sign-ins succeeded, the last after ${tookSeconds.toFixed(1)} s; ` +
      `p99 is ${(during / before).toFixed(2)} times the idle one (2.00 at most)`,
  );
  return succeeded === signIns && tookSeconds <= 15 && during <= 2 * before;
}

/**
 * So many sign-ins at once, by another thread that answers with their statuses: the client's own work is not to delay
 * what is timed. The thread has loaded all it needs: that takes most of a second of a processor, and is no sign-in.
 */
async function readyBurst(
  stackFile: string,
  { app, user }: World,
  count: number,
): Promise<() => Promise<number[]>> {
  const { email, password } = user;
  const burst: SignInBurst = { stackFile, appId: app.id, email, password, count };
  const thread = new Worker(new URL('./sign-in-burst.ts', import.meta.url), { workerData: burst });
  await once(thread, 'message');
  return async () => {
    thread.postMessage('go');
    const [statuses] = (await once(thread, 'message')) as [number[]];
    return statuses;
  };
}

/** Milliseconds of each call from when it was due. Throws where one is not allowed. */
async function authorizeFor(suite: Suite, world: World, rate: number, forMs: number): Promise<number[]> {
  const startedAt = performance.now();
  const calls: Promise<number>[] = [];
  for (let due = 0; due < forMs; due += 1000 / rate) {
    const waitMs = startedAt + due - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    calls.push(authorizeOnce(suite, world, startedAt + due));
  }
  return Promise.all(calls);
}

async function authorizeOnce(suite: Suite, { accessToken, appKey }: World, dueAt: number): Promise<number> {
  const body = { token: accessToken, permission: 'projects:read' };
  const answer = await suite.call('authorize', { auth: appKey.secret, body });
  if (answer.body?.allowed !== true) throw new Error(`authorize answered ${answer.text.slice(0, 200)}`);
  return performance.now() - dueAt;
}

const at = (times: readonly number[], part: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) * part)] ?? 0;
const p99 = (times: readonly number[]): number => at(times, 0.99);

function figures(times: readonly number[]): string {
  return `p50 ${at(times, 0.5).toFixed(1)} ms, p99 ${p99(times).toFixed(1)} ms over ${String(times.length)} calls`;
}
