import { beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock, settled } from '../../test/manual-clock.ts';
import { AnswerCache, IntrospectionUnavailable, Resolver, type Answer } from './index.ts';

interface Question {
  token: string;
  workspace: string;
  reply: (answer: Answer<string>) => void;
  fail: (error: Error) => void;
}

let clock: ManualClock;
let cache: AnswerCache<string>;
let isLeaseValid: boolean;
let questions: Question[];
let resolver: Resolver<string>;

beforeEach(() => {
  clock = new ManualClock();
  cache = new AnswerCache<string>();
  cache.restart('e', 10);
  isLeaseValid = true;
  questions = [];
  resolver = new Resolver({
    clock,
    cache,
    lease: { isValid: () => isLeaseValid },
    introspect: (token, workspace) =>
      new Promise((reply, fail) => questions.push({ token, workspace, reply, fail })),
  });
});

const key = { token: 'token', workspace: 'ws_1' };
const answer = (value: string, change: Partial<Answer<string>> = {}): Answer<string> => ({
  epoch: 'e',
  pos: 10,
  positive: true,
  ttlMs: null,
  subjects: [{ kind: 'credential', id: 'pat_1' }],
  value,
  ...change,
});
const resolve = (asked = key) => resolver.resolve(asked, clock.now(), ({ value }) => value);
const question = (i: number) => questions[i] as Question;

describe('Resolver', () => {
  it('asks once, then answers from the cache in the same tick', async () => {
    const first = resolve();
    expect(questions).toMatchObject([key]);
    question(0).reply(answer('one'));
    expect(await first).toBe('one');
    let used: string | undefined;
    const second = resolver.resolve(key, clock.now(), ({ value }) => (used = value));
    expect(used).toBe('one');
    await second;
    expect(questions).toHaveLength(1);
  });

  it('asks once for 500 calls at a time that find nothing', async () => {
    const calls: Promise<string>[] = [];
    for (let i = 0; i < 500; i++) {
      calls.push(resolve());
      if (i % 100 === 0) await clock.advance(1);
    }
    question(0).reply(answer('one'));
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['one']));
    expect(questions).toHaveLength(1);
  });

  it('asks again every time while there is no lease', async () => {
    isLeaseValid = false;
    for (const value of ['one', 'two']) {
      const call = resolve();
      questions.at(-1)?.reply(answer(value));
      expect(await call).toBe(value);
    }
    expect(questions).toHaveLength(2);
  });

  it('lets those who came after a flight was sent share the next, when they may not use its answer', async () => {
    isLeaseValid = false;
    const first = resolve();
    await clock.advance(1);
    const late = [resolve(), resolve(), resolve()];
    question(0).reply(answer('old'));
    expect(await first).toBe('old');
    await settled();
    expect(questions).toHaveLength(2);
    question(1).reply(answer('new'));
    expect(await Promise.all(late)).toEqual(['new', 'new', 'new']);
    expect(questions).toHaveLength(2);
  });

  it('does not hand a no to those who came after it was asked for', async () => {
    const first = resolve();
    await clock.advance(1);
    const late = resolve();
    question(0).reply(answer('no', { positive: false }));
    expect(await first).toBe('no');
    await settled();
    question(1).reply(answer('yes'));
    expect(await late).toBe('yes');
  });

  it('does not hand out an answer that was overtaken by a row while it was under way', async () => {
    const first = resolve();
    await clock.advance(1);
    const late = resolve();
    cache.apply({ n: 11, kind: 'credential', id: 'pat_1' });
    question(0).reply(answer('stale'));
    expect(await first).toBe('stale'); // sent at its arrival: the call is as old as the answer
    await settled();
    expect(questions).toHaveLength(2);
    question(1).reply(answer('no', { positive: false, pos: 11 }));
    expect(await late).toBe('no');
    expect(cache.size).toBe(0);
  });

  it('keeps tokens and workspaces apart', async () => {
    const calls = [resolve(), resolve({ ...key, workspace: 'ws_2' }), resolve({ ...key, token: 'other' })];
    expect(questions).toHaveLength(3);
    questions.forEach(({ reply, token, workspace }) => reply(answer(`${token} ${workspace}`)));
    expect(await Promise.all(calls)).toEqual(['token ws_1', 'token ws_2', 'other ws_1']);
  });

  it('fails all waiting calls as unavailable, and asks anew for the next', async () => {
    const calls = [resolve(), resolve()];
    question(0).fail(new Error('connection refused'));
    for (const call of calls) await expect(call).rejects.toThrow(IntrospectionUnavailable);
    const next = resolve();
    question(1).reply(answer('one'));
    expect(await next).toBe('one');
  });

  it('gives up after 900 ms, and takes no notice of what comes later', async () => {
    const call = resolve();
    const failed = expect(call).rejects.toThrow(IntrospectionUnavailable);
    await clock.advance(900);
    await failed;
    question(0).reply(answer('late'));
    await settled();
    expect(cache.size).toBe(0);
  });

  it('rejects with what the decision throws', async () => {
    const call = resolver.resolve(key, clock.now(), () => {
      throw new RangeError('denied');
    });
    question(0).reply(answer('one'));
    await expect(call).rejects.toThrow(RangeError);
  });
});
