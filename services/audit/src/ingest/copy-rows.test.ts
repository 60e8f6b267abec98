import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { copyRows } from './copy-rows.ts';

let server: Server | null = null;
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server?.close();
});

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5, type);
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const signedIn = message('R', Buffer.alloc(4));
const ready = message('Z', Buffer.from('I'));
/** Binary, no columns. */
const sendRows = message('G', Buffer.from([1, 0, 0]));
const refused = message(
  'E',
  Buffer.from('SERROR\0C57014\0Mcanceling statement due to statement timeout\0\0'),
);

/** A server that says what PostgreSQL would, and reads no rows until it has refused them. */
async function impatientServer(): Promise<number> {
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(Buffer.concat([signedIn, ready]));
      socket.once('data', () => {
        socket.pause();
        socket.write(sendRows);
        setTimeout(() => socket.write(Buffer.concat([refused, ready])), 100);
        setTimeout(() => socket.resume(), 200);
      });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('rows that are refused before all of them were read', () => {
  // Anything that is thrown later, where nobody awaits it, ends the test run as it would end the service.
  it.each([
    ['one part', 1],
    ['many parts', 40],
  ])('fail with what the server said, and nothing is sent behind it: %s', async (_of, parts) => {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: await impatientServer(),
      user: 'x',
      password: 'x',
    });
    client.on('error', () => undefined);
    await client.connect();
    const bytes = 40_000_000;
    const rows = Array.from({ length: parts }, () => Buffer.alloc(bytes / parts));
    await expect(copyRows(client, 'audit_event', ['body'], rows)).rejects.toMatchObject({ code: '57014' });
    await sleep(400);
    await client.end().catch(() => undefined);
  });
});
