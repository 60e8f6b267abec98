/** Keeps a mail program from making a link of it; invisible, and no place to break a line. */
const wordJoiner = '\u2060';

/**
 * Text that a person typed, fit for a mail to somebody else: one line, cut short, and nothing in it becomes a link.
 * A workspace called `Win at https://evil.example` must not send that link around in our name.
 */
export function inertText(text: string, maxLength = 80): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  const characters = [...line];
  const cut = characters.length > maxLength ? `${characters.slice(0, maxLength - 1).join('')}…` : line;
  return cut.replace(/(?<=\S)[.:/@](?=\S)/g, (mark) => `${wordJoiner}${mark}${wordJoiner}`);
}
