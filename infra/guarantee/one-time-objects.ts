import { parseArgs } from 'node:util';
import { allOperations } from '@pcft/contracts';
import { connectSuite, createWorld, readStackFile, type Answer, type Suite, type World } from '@pcft/testing';
import { withStack } from '../stack/with-stack.ts';
import { oneTimeObjects, type Attempt, type OneTimeObject } from './one-time-rows.ts';

/**
 * Guarantee 10. Of 50 parallel tries to use something that is good once, exactly one succeeds; the others are refused as the
 * object's row says. Options: `--tries 50`, `--rounds 5` fresh objects of each kind; `--sabotage` gives every try an object
 * of its own: more than one success then has to be seen.
 */
export async function proveOneTimeObjects(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      tries: { type: 'string', default: '50' },
      rounds: { type: 'string', default: '5' },
      sabotage: { type: 'boolean', default: false },
    },
  });
  return withStack({ log: () => undefined, env: { LIMIT_GUESSES: '1000000' } }, async (stackFile) => {
    const suite = await connectSuite(readStackFile(stackFile));
    try {
      const world = await createWorld(suite);
      // Both ask one database: what decides must not be the memory of a process.
      const { url } = await suite.control.startInstance('platform');
      const origins = [suite.serviceUrl('platform'), url] as `http${string}`[];
      let held = true;
      for (const object of oneTimeObjects) {
        const missing = object.needs.find(
          (needed) => !allOperations.some(({ operationId }) => operationId === needed),
        );
        if (missing !== undefined) {
          console.log(`  ${object.name.padEnd(40)} ${missing} is not declared yet`);
          continue;
        }
        const kept = await prove(suite, world, object, origins, {
          ...{ tries: Number(values.tries), rounds: Number(values.rounds), sabotage: values.sabotage },
        });
        held &&= values.sabotage ? !kept : kept;
      }
      return held;
    } finally {
      await suite.close();
    }
  });
}

interface Sizes {
  readonly tries: number;
  readonly rounds: number;
  readonly sabotage: boolean;
}

async function prove(
  suite: Suite,
  world: World,
  object: OneTimeObject,
  origins: readonly `http${string}`[],
  { tries, rounds, sabotage }: Sizes,
): Promise<boolean> {
  const successes: number[] = [];
  const refusals = new Map<number, number>();
  const faults: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const one = await object.make(suite, world);
    const attempts: Attempt[] = [];
    for (let i = 0; i < tries; i++) attempts.push(sabotage ? await object.make(suite, world) : one);
    const answers = await Promise.all(
      attempts.map((attempt, i) => untilAnswered(() => attempt.use(origins[i % origins.length], i))),
    );
    const won = answers.filter((answer) => isSuccess(object, answer));
    successes.push(won.length);
    for (const { status, text } of answers.filter((answer) => !isSuccess(object, answer))) {
      refusals.set(status, (refusals.get(status) ?? 0) + 1);
      if (!object.refusedWith.includes(status)) faults.push(`${String(status)} ${text}`);
    }
    const after = sabotage ? null : await one.check?.(won[0]);
    if (after) faults.push(after);
  }
  const refused = [...refusals]
    .sort()
    .map(([status, count]) => `${String(count)} × ${String(status)}`)
    .join(', ');
  console.log(
    `  ${object.name.padEnd(40)} ${String(rounds)} × ${String(tries)} tries: successes ${successes.join(', ')}; refused ${refused || 'none'}`,
  );
  for (const fault of faults.slice(0, 5)) console.log(`  ! ${fault}`);
  return faults.length === 0 && successes.every((count) => count === 1);
}

function isSuccess({ succeeds }: OneTimeObject, answer: Answer): boolean {
  return succeeds ? succeeds(answer) : answer.status >= 200 && answer.status < 300;
}

/** Fifty at once are more than a pool of connections: who is told to come again does. */
async function untilAnswered(use: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await use();
    if (answer.status !== 503 || attempt === 20) return answer;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
