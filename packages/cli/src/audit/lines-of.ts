/** The longest line there is: a row with a body that could not be read, in base64, with room to spare. */
const mostBytes = 16 * 1024 * 1024;
const newline = 0x0a;

/**
 * The lines of a file as it comes, ended by `\n` or `\r\n` and by nothing else: `node:readline` also ends one at U+2028,
 * which may stand inside of JSON.
 *
 * @throws where a line is longer than any that is exported
 */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(newline);
    if (end !== -1) {
      const whole = Buffer.concat([...pending, chunk.subarray(0, end)]);
      for (const line of whole.toString().split('\n')) yield line.endsWith('\r') ? line.slice(0, -1) : line;
      [pending, pendingBytes] = [[], 0];
    }
    const rest = chunk.subarray(end + 1);
    if (rest.length > 0) pending.push(rest);
    pendingBytes += rest.length;
    if (pendingBytes > mostBytes) throw new Error(`a line is longer than ${mostBytes} bytes`);
  }
  if (pendingBytes > 0) yield Buffer.concat(pending).toString();
}
