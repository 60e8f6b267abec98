import { Fault } from '@pcft/errors';
import type { IncomingMessage } from 'node:http';

/**
 * The bytes of a request's body. One that is too large is read to its end all the same, and nothing of it kept: a
 * client that still sends would not read its answer.
 *
 * @throws Fault `body-too-large`; what the connection broke off with
 */
export function readBytes(req: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks = [];
    });
    req.once('end', () => {
      if (size > limit) return reject(new Fault('body-too-large'));
      const [first] = chunks;
      resolve(chunks.length === 1 && first ? first : Buffer.concat(chunks));
    });
    req.once('error', reject);
    req.once('close', () => {
      if (!req.readableEnded) reject(brokenOff());
    });
    // It may have happened before anybody listened.
    if (req.destroyed) reject(brokenOff());
  });
}

function brokenOff(): Error {
  return new Error('the request broke off');
}
