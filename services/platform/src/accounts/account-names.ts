import { randomInt } from 'node:crypto';

/** `Zoë O'Brien` → `zoe-o-brien`: lower-case ASCII words joined by hyphens, `maxLength` at most; may be empty. */
export function asciiWords(name: string, maxLength: number): string {
  const ascii = name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase();
  return ascii
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .join('-')
    .slice(0, maxLength)
    .replace(/-+$/, '');
}

/**
 * What a new account's workspace may be called, best first: the name as a slug, then with more and more random
 * characters behind it. A name without a Latin letter or digit becomes `workspace`.
 */
export function* slugCandidates(name: string): Generator<string> {
  const words = asciiWords(name, 40);
  const base = words.length >= 2 ? words : 'workspace';
  if (base === words) yield base;
  for (const length of [4, 6, 10, 20]) yield `${base}-${randomWord(length)}`;
}

/** The same for the account's handle, which has no hyphens: `Your Name` → `yourname`. */
export function* handleCandidates(name: string): Generator<string> {
  const word = asciiWords(name, 40).replaceAll('-', '').slice(0, 20);
  const base = word.length >= 2 ? word : 'account';
  if (base === word) yield base;
  for (const length of [4, 6, 10, 20]) yield base + randomWord(length);
}

function randomWord(length: number): string {
  return Array.from({ length }, () => randomInt(36).toString(36)).join('');
}
