import { describe, expect, it } from '@jest/globals';
import { decodeCursor, encodeCursor } from './cursor.ts';

const place = {
  occurredAt: new Date('2026-11-22T10:00:00.123Z'),
  log: 'ws_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V',
  seq: 4_000_123n,
};

describe('a cursor', () => {
  it('comes back as the place it was made of', () => {
    expect(decodeCursor(encodeCursor(place, 'q'), 'q')).toEqual(place);
    expect(encodeCursor(place, 'q')).toMatch(/^[A-Za-z0-9_-]{60,80}$/);
  });

  it('is none for another question, nor with any character changed, left out or added', () => {
    const text = encodeCursor(place, 'q');
    expect(decodeCursor(text, 'other')).toBeNull();
    for (let at = 0; at < text.length; at++) {
      const other = text[at] === 'A' ? 'B' : 'A';
      expect(decodeCursor(text.slice(0, at) + other + text.slice(at + 1), 'q')).toBeNull();
      expect(decodeCursor(text.slice(0, at) + text.slice(at + 1), 'q')).toBeNull();
    }
    for (const wrong of [`${text}A`, `${text}=`, ` ${text}`, '', 'AA', 'ä'.repeat(40)])
      expect(decodeCursor(wrong, 'q')).toBeNull();
  });
});
