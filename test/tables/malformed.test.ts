import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  connectSuite,
  createWorld,
  malformedInputs,
  readFault,
  seededRandom,
  validCall,
  type Answer,
  type MalformedInput,
  type ProcessState,
  type Suite,
  type World,
} from '@pcft/testing';
import { codeOf, everyOperation, outcome } from './operations.ts';

// Guarantee 13 runs the same inputs two hundred thousand times; here each operation gets a sample.
const randomBodies = 15;
const atOnce = 8;

let suite: Suite;
let world: World;
let before: readonly ProcessState[];
let sent = 0;
const random = seededRandom();

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
  before = await suite.control.processes();
  process.stdout.write(`malformed inputs: PCFT_SEED=${String(random.seed)}\n`);
});
afterAll(() => suite.close());

describe.each(everyOperation)('%s', (operationId, operation) => {
  it('refuses every malformed input with the documented answer', async () => {
    const valid = validCall(operation, world);
    const internal = operation.access.kind === 'service' && { asService: 'heimdall-admin' as const };
    const wrong: unknown[] = [];
    const inputs = malformedInputs(operation, world, random, randomBodies);
    const call = (malformed: MalformedInput) =>
      suite.call(operationId, {
        ...valid,
        ...internal,
        ...malformed.input,
        ...(malformed.input.rawBody !== undefined && { body: undefined }),
      });
    const send = async (malformed: MalformedInput) => {
      const first = await call(malformed);
      // A machine that stands still for two seconds is answered 503, rightly: its row could not be written. What an input
      // does, it does again.
      const answer = first.status === 503 ? await call(malformed) : first;
      sent++;
      const fault = judge(malformed, answer);
      if (fault) wrong.push({ input: malformed.name, ...fault, got: answer.text.slice(0, 300) });
    };
    for (let i = 0; i < inputs.length; i += atOnce)
      await Promise.all(inputs.slice(i, i + atOnce).map((malformed) => send(malformed)));
    expect(wrong).toEqual([]);
  }, 120_000);
});

/** `null` when the answer is the documented one, with a field and a reason. */
function judge({ fault, field }: MalformedInput, answer: Answer): object | null {
  const expected = {
    status: { validation: 400, 'body-too-large': 413, 'unsupported-media-type': 415 }[fault],
    code: codeOf(fault, answer),
  };
  const got = outcome(answer);
  if (got.status !== expected.status || got.code !== expected.code) return { expected, outcome: got };
  if (fault !== 'validation' || answer.dialect === 'oauth') return null;
  const { details } = readFault(answer.dialect, answer.body);
  if (details.length === 0) return { expected: 'details' };
  const pointed = field === undefined || details.some((detail) => detail.field.includes(field));
  return pointed ? null : { expected: `a detail for ${field}` };
}

describe('a form', () => {
  const form = (body: URLSearchParams | string) =>
    suite.call('issueToken', {
      params: { app: world.app.id },
      ...(typeof body === 'string'
        ? { rawBody: body, headers: { 'content-type': 'application/x-www-form-urlencoded' } }
        : { body }),
    });

  it.each([
    ['nothing in it', 'invalid_request', ''],
    ['a repeated parameter', 'invalid_request', 'grant_type=password&grant_type=password'],
    ['an unknown grant', 'unsupported_grant_type', 'grant_type=magic&email=a%40example.com&password=x'],
    ['NUL', 'invalid_request', 'grant_type=password&email=a%00%40example.com&password=x'],
    ['__proto__', 'invalid_request', '__proto__=1&grant_type=password'],
  ])('400 in the words of RFC 6749 with %s: %s', async (_, code, body) => {
    const answer = await form(body);
    expect(outcome(answer)).toEqual({ status: 400, code });
  });

  it('is taken when it is right', async () => {
    const { email, password } = world.user;
    const answer = await form(new URLSearchParams({ grant_type: 'password', email, password }));
    expect(answer.status).toBe(200);
  });
});

describe('afterwards', () => {
  it('at least 2,000 inputs were sent', () => {
    expect(sent).toBeGreaterThanOrEqual(2000);
  });

  it('no process has died or been started anew', async () => {
    // Second processes of a service come and go with the tests beside this one, and are not sent anything here.
    const services = (states: readonly ProcessState[]) =>
      states
        .filter(({ name }) => !/-\d+$/.test(name))
        .map(({ name, pid, state, deaths }) => ({ name, pid, state, deaths }));
    expect(services(await suite.control.processes())).toEqual(services(before));
  });
});
