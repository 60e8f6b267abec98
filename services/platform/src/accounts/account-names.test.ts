import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asciiWords, handleCandidates, slugCandidates } from './account-names.ts';

const slugForm = /^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/;
const handleForm = /^[a-z0-9]{2,40}$/;

describe('asciiWords', () => {
  it('keeps letters and digits, drops accents and joins words', () => {
    expect(asciiWords("Zoë O'Brien 3rd", 40)).toBe('zoe-o-brien-3rd');
    expect(asciiWords('  --  ', 40)).toBe('');
    expect(asciiWords('李雷', 40)).toBe('');
  });

  it('never ends in a hyphen when it is cut', () => {
    expect(asciiWords('abc def', 4)).toBe('abc');
  });
});

describe('candidates', () => {
  it('begin with the name itself', () => {
    expect([...slugCandidates('Your Name')][0]).toBe('your-name');
    expect([...handleCandidates('Your Name')][0]).toBe('yourname');
  });

  it('are never the bare fallback, which belongs to nobody', () => {
    expect([...slugCandidates('李雷')].every((slug) => /^workspace-[a-z0-9]{4,}$/.test(slug))).toBe(true);
    expect([...handleCandidates('!')].every((handle) => /^account[a-z0-9]{4,}$/.test(handle))).toBe(true);
  });

  it('fit the columns they are made for, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 120, unit: 'grapheme' }), (name) => {
        for (const slug of slugCandidates(name)) expect(slug).toMatch(slugForm);
        for (const handle of handleCandidates(name)) expect(handle).toMatch(handleForm);
      }),
    );
  });
});
