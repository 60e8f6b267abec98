import type { AuditEvent } from '@pcft/events';

/** Longer words are cut; the rest of a very long text is not found by. */
const maxWordLength = 64;
const maxWords = 200;

const word = /[\p{L}\p{N}]+/gu;

/** The words of a text, in the form in which they are compared: lower case, letters and digits alone. */
export function wordsOf(text: string): string[] {
  return (text.normalize('NFKC').toLowerCase().match(word) ?? []).map((each) =>
    [...each].slice(0, maxWordLength).join(''),
  );
}

/** By which an event is found: every word of a text or number anywhere in its metadata and changes. */
export function searchWords({ metadata, changes }: AuditEvent): string[] {
  const words = new Set<string>();
  const pending: unknown[] = [metadata, changes];
  for (let value = pending.pop(); value !== undefined && words.size < maxWords; value = pending.pop()) {
    if (typeof value === 'object' && value !== null)
      pending.push(...Object.values(value as Record<string, unknown>).filter(isDefined));
    else if (typeof value === 'string' || typeof value === 'number')
      for (const each of wordsOf(String(value))) words.add(each);
  }
  return [...words].slice(0, maxWords);
}

function isDefined(value: unknown): boolean {
  return value !== undefined && value !== null;
}
