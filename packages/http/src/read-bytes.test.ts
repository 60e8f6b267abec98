import { PassThrough } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { Fault } from '@pcft/errors';
import { readBytes } from './read-bytes.ts';

function sending(...chunks: string[]): PassThrough & IncomingMessage {
  const stream = new PassThrough() as unknown as PassThrough & IncomingMessage;
  for (const chunk of chunks) stream.write(chunk);
  return stream;
}

const faultOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => (error instanceof Fault ? error.fault : 'no fault'),
  );

describe('readBytes', () => {
  it.each([
    ['nothing', [], ''],
    ['one piece', ['abc'], 'abc'],
    ['several, as they came', ['ab', 'c', 'de'], 'abcde'],
  ])('gives %s', async (_, chunks, expected) => {
    const req = sending(...chunks);
    req.end();
    expect((await readBytes(req, 5)).toString()).toBe(expected);
  });

  it.each([
    ['in one piece', ['abcdef']],
    ['by its last piece', ['abc', 'de', 'f']],
    ['long before its end', ['abcdef', 'g', 'h']],
  ])('refuses what is too large %s, when it has ended', async (_, chunks) => {
    const req = sending(...chunks);
    const fault = faultOf(readBytes(req, 5));
    expect(await Promise.race([fault, new Promise((resolve) => setTimeout(resolve, 20, 'waits'))])).toBe(
      'waits',
    );
    req.end();
    expect(await fault).toBe('body-too-large');
  });

  it('does not wait for what broke off', async () => {
    const req = sending('ab');
    const fault = faultOf(readBytes(req, 5));
    req.destroy();
    expect(await fault).toBe('no fault');
  });

  it('does not wait for what broke off before it was asked', async () => {
    const req = sending('ab');
    req.destroy();
    await new Promise((resolve) => req.once('close', resolve));
    expect(await faultOf(readBytes(req, 5))).toBe('no fault');
  });

  it('passes on what the connection broke off with', async () => {
    const req = sending('ab');
    const bytes = readBytes(req, 5);
    req.destroy(new Error('aborted'));
    await expect(bytes).rejects.toThrow('aborted');
  });
});
