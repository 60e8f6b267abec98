import { randomUUID } from 'node:crypto';
import type { ServiceName } from '@pcft/contracts';
import type { CallInput } from '../call-operation.ts';
import { readFault } from '../fault-envelope.ts';
import { operationById } from '../operation-by-id.ts';
import type { Suite } from '../suite.ts';
import { uniqueName } from '../accounts.ts';
import type { World } from '../world.ts';
import { isReplay, keyedCall } from './idempotency-proof.ts';

/** What came of calls whose process was killed. */
export interface CrashReport {
  readonly kills: number;
  readonly calls: number;
  /** Answered before the kill; told the kept answer when sent again; done when sent again; told that it was done. */
  readonly answered: number;
  readonly replayed: number;
  readonly doneLater: number;
  readonly answerLost: number;
  /** Calls whose effect is not there exactly once, or that never got an answer, as texts. */
  readonly violations: readonly string[];
}

/** What to create, and how its effects are counted: names need not be unique there. */
const subjects: readonly { operationId: string; service: ServiceName; count: string }[] = [
  {
    operationId: 'createAccessToken',
    service: 'platform',
    count: 'SELECT count(*)::int AS n FROM access_token WHERE name = $1',
  },
  {
    operationId: 'createAppApiKey',
    service: 'heimdall-admin',
    count: 'SELECT count(*)::int AS n FROM app_key WHERE name = $1',
  },
  {
    operationId: 'createProject',
    service: 'projects',
    count: 'SELECT count(*)::int AS n FROM project WHERE name = $1',
  },
];

interface Interrupted {
  readonly operationId: string;
  readonly input: CallInput;
  readonly name: string;
  readonly subject: (typeof subjects)[number];
  readonly answered: boolean;
}

/** Longer than a dead call holds its key. */
const giveUpMs = 40_000;

/**
 * Kills a process (SIGKILL) in the midst of keyed calls, again and again, then sends each call once more to another
 * process until it is answered, and counts what is there.
 */
export async function measureCrashes(
  suite: Suite,
  world: World,
  options: { readonly kills: number; readonly atOnce: number; readonly onProgress?: (done: number) => void },
): Promise<CrashReport> {
  const calls: Interrupted[] = [];
  for (let kill = 0; kill < options.kills; kill++) {
    const subject = subjects[kill % subjects.length] as (typeof subjects)[number];
    calls.push(...(await interrupt(suite, world, subject, options.atOnce)));
    options.onProgress?.(kill + 1);
  }
  const outcomes = await Promise.all(calls.map((call) => sendAgain(suite, call)));
  const is = (name: string) => outcomes.filter((outcome) => outcome === name).length;
  const violations: string[] = [];
  for (const [i, { subject, name, operationId }] of calls.entries()) {
    const { rows } = await suite
      .database(subject.service.replaceAll('-', '_'), 'owner')
      .query<{ n: number }>(subject.count, [name]);
    const outcome = outcomes[i] ?? '';
    if (rows[0]?.n !== 1 || !['replayed', 'done', 'lost'].includes(outcome))
      violations.push(`${operationId} ${name}: ${outcome}, and is there ${String(rows[0]?.n)} times`);
  }
  return {
    kills: options.kills,
    calls: calls.length,
    answered: calls.filter(({ answered }) => answered).length,
    replayed: is('replayed'),
    doneLater: is('done'),
    answerLost: is('lost'),
    violations,
  };
}

async function interrupt(
  suite: Suite,
  world: World,
  subject: (typeof subjects)[number],
  atOnce: number,
): Promise<Interrupted[]> {
  const { operationId, service } = subject;
  const instance = await suite.control.startInstance(service);
  const on = instance.url as `http${string}`;
  // Killed when so many have been answered: at that moment the others are everywhere between claim and answer.
  let missing = Math.floor(Math.random() * (atOnce - 1)) + 1;
  let reached = () => {};
  const enough = new Promise<void>((resolve) => (reached = resolve));
  const sent = Array.from({ length: atOnce }, async () => {
    const input = keyedCall(operationById(operationId), world, randomUUID());
    const name = uniqueName('killed');
    const call = { ...input, body: { ...(input.body as object), name } };
    const answered = await suite.call(operationId, { ...call, on }).then(
      () => true,
      () => false,
    );
    if (--missing === 0) reached();
    return { operationId, input: call, name, subject, answered };
  });
  await Promise.race([enough, Promise.all(sent)]);
  await suite.control.kill(instance.name);
  return Promise.all(sent);
}

async function sendAgain(suite: Suite, { operationId, input }: Interrupted): Promise<string> {
  const deadline = performance.now() + giveUpMs;
  for (;;) {
    const answer = await suite.call(operationId, input);
    if (answer.status < 300) return isReplay(answer) ? 'replayed' : 'done';
    const { code } = readFault(answer.dialect, answer.body);
    if (code === 'IDEMPOTENCY_ANSWER_LOST') return 'lost';
    const later = code === 'IDEMPOTENCY_KEY_IN_USE' || answer.status === 503;
    if (!later || performance.now() > deadline) return `${String(answer.status)} ${String(code)}`;
    // As the answer says, and not all at the same moment.
    const seconds = Number(answer.headers['retry-after'] ?? 1);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000 * (0.5 + Math.random())));
  }
}
