import { describe, expect, it } from '@jest/globals';
import { sampleEvent } from '@pcft/testing';
import { searchWords, wordsOf } from './search-words.ts';

describe('words', () => {
  it.each([
    ['Ada.Lovelace@example.com', ['ada', 'lovelace', 'example', 'com']],
    ['role_01HQ — GRÖSSE ﬁn', ['role', '01hq', 'grösse', 'fin']],
    ["a'b\\:c & !(d)", ['a', 'b', 'c', 'd']],
    ['日本 語', ['日本', '語']],
    [' \u0000\t', []],
  ])('of %j', (text, expected) => expect(wordsOf(text)).toEqual(expected));

  it('are cut where they are very long, by characters', () => {
    expect(wordsOf('𝒶'.repeat(3) + 'x'.repeat(100))[0]).toHaveLength(64);
    expect([...(wordsOf('𐐷'.repeat(100))[0] ?? '')]).toHaveLength(64);
  });
});

describe('searchWords', () => {
  it('takes texts and numbers anywhere in metadata and changes, each once, and no keys', () => {
    const event = sampleEvent({
      metadata: { key: 'Blue', list: [{ deep: 'whale blue' }, 7, true, null] },
      changes: { before: { name: 'old' }, after: { name: 'new' } },
    });
    expect(searchWords(event).sort()).toEqual(['7', 'blue', 'new', 'old', 'whale']);
    expect(searchWords(sampleEvent())).toEqual([]);
  });

  it('takes no more than 200', () => {
    const text = Array.from({ length: 1000 }, (_, n) => `w${n}`).join(' ');
    expect(searchWords(sampleEvent({ metadata: { text } }))).toHaveLength(200);
  });
});
