import { describe, expect, it } from '@jest/globals';
import { linesOf } from './lines-of.ts';

async function* chunksOf(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const given: string[] = [];
  for await (const line of lines) given.push(line);
  return given;
}

describe('linesOf', () => {
  it.each([1, 2, 3, 7, 64, 1_000])(
    'gives lines as they are, however the file is cut: by %d bytes',
    async (size) => {
      const lines = ['{"a":1}', '', '{"text":"Grüße \u2028 \u2029 \u0085 😀"}', 'x'.repeat(300), 'last'];
      for (const [text, expected] of [
        [`${lines.join('\n')}\n`, lines],
        [lines.join('\n'), lines],
        [`${lines.join('\r\n')}\r\n`, lines],
        ['', []],
      ] as const)
        expect(await all(linesOf(chunksOf(text, size)))).toEqual(expected);
    },
  );

  it('refuses a line without an end', async () => {
    const endless = (async function* () {
      for (let n = 0; n < 20; n++) yield Buffer.alloc(1024 * 1024, 0x20);
    })();
    await expect(all(linesOf(endless))).rejects.toThrow('longer');
  });
});
