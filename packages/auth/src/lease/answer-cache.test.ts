import { describe, expect, it } from '@jest/globals';
import { AnswerCache, type Answer, type Subject } from './index.ts';

const credential = (id: string): Subject => ({ kind: 'credential', id });
const member: Subject = { kind: 'member', id: 'acc_1:ws_1' };

function answer(change: Partial<Answer<string>> = {}): Answer<string> {
  return {
    epoch: 'e',
    pos: 10,
    positive: true,
    ttlMs: null,
    subjects: [credential('pat_1')],
    value: 'v',
    ...change,
  };
}

function cacheAt(n: number, maxEntries?: number): AnswerCache<string> {
  const cache = new AnswerCache<string>(maxEntries);
  cache.restart('e', n);
  return cache;
}

describe('AnswerCache', () => {
  it('keeps an answer read at or after the highest position heard', () => {
    const cache = cacheAt(10);
    cache.put('a', answer(), 0);
    cache.hear(11);
    cache.put('b', answer({ pos: 11 }), 0);
    cache.put('c', answer({ pos: 10 }), 0);
    expect([cache.get('a', 1)?.value, cache.get('b', 1)?.value, cache.get('c', 1)]).toEqual(['v', 'v', null]);
  });

  it('does not keep what is not positive, of another epoch, or asked before there was an epoch', () => {
    const cache = cacheAt(10);
    cache.put('a', answer({ positive: false }), 0);
    cache.put('b', answer({ epoch: 'f', pos: 99 }), 0);
    const fresh = new AnswerCache<string>();
    fresh.put('c', answer(), 0);
    expect([cache.size, fresh.size]).toEqual([0, 0]);
  });

  it('replaces a yes by a later no', () => {
    const cache = cacheAt(10);
    cache.put('a', answer(), 0);
    cache.put('a', answer({ positive: false }), 1);
    expect(cache.get('a', 2)).toBeNull();
  });

  it.each<Subject>([
    credential('pat_1'),
    { kind: 'account', id: 'acc_1' },
    { kind: 'workspace', id: 'ws_1' },
    member,
  ])('drops what rests on $kind $id, and nothing else', (subject) => {
    const cache = cacheAt(0);
    cache.put('a', answer({ subjects: [subject] }), 0);
    cache.put('b', answer({ subjects: [{ ...subject, id: 'another' }] }), 0);
    cache.put(
      'c',
      answer({ subjects: [{ kind: subject.kind === 'account' ? 'member' : 'account', id: subject.id }] }),
      0,
    );
    cache.apply({ n: 1, ...subject });
    expect([cache.get('a', 1), cache.get('b', 1)?.value, cache.get('c', 1)?.value]).toEqual([null, 'v', 'v']);
    expect(cache.heard).toBe(1);
  });

  it('hears upwards only, within one epoch', () => {
    const cache = cacheAt(10);
    cache.apply({ n: 7, ...member });
    cache.hear(8);
    expect(cache.heard).toBe(10);
    cache.restart('e', 9);
    expect(cache.heard).toBe(10);
    cache.restart('f', 3);
    expect(cache.heard).toBe(3);
  });

  it.each([
    [null, 299_999, 'v'],
    [null, 300_000, undefined],
    [1100, 999, 'v'],
    [1100, 1000, undefined], // a tenth less than told, for clocks that run apart
    [86_400_000, 300_000, undefined],
    [0, 0, undefined],
    [-5, 0, undefined],
  ])('with ttl %s ms, %d ms after sending, gives %s', (ttlMs, age, expected) => {
    const cache = cacheAt(10);
    cache.put('a', answer({ ttlMs }), 5000);
    expect(cache.get('a', 5000 + age)?.value).toBe(expected);
  });

  it('is bounded, the least recently used going first', () => {
    const cache = cacheAt(10, 2);
    for (const key of ['a', 'b']) cache.put(key, answer(), 0);
    cache.get('a', 1);
    cache.put('c', answer(), 0);
    expect([cache.size, cache.get('b', 1)]).toEqual([2, null]);
    expect(cache.get('a', 1)?.value).toBe('v');
    cache.apply({ n: 11, ...credential('pat_1') });
    expect(cache.size).toBe(0);
  });
});
