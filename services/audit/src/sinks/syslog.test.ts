import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { createTlsCertificates, type TlsCertificates } from '../../test/tls-certificates.ts';
import type { AuditRow } from '../audit-log/audit-row.ts';
import { createSyslog } from './syslog.ts';

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** A receiver that keeps what it is told. */
async function receiver(
  tls?: TlsCertificates,
): Promise<{ port: number; text: () => string; ended: Promise<void> }> {
  let text = '';
  let end: () => void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const take = (socket: Socket): void => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.once('end', () => end());
  };
  const server = tls ? createTlsServer({ key: tls.key, cert: tls.cert }, take) : createTcpServer(take);
  server.on('tlsClientError', () => undefined);
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, text: () => text, ended };
}

const row: AuditRow = {
  ...{ id: 'raw_1', log: 'ws_1', seq: 1n, hash: new Uint8Array(32), source: 'platform' },
  ...{ occurredAt: new Date(0), event: null },
};

function send(url: string, ca: string | null): Promise<void> {
  const syslog = createSyslog({
    allowed: [new URL(url).host],
    ca,
    hostname: 'host.example',
    timeoutMs: 2_000,
  });
  const to = { id: 'snk_1', log: 'ws_1', kind: 'syslog' as const, url, secrets: [] };
  return syslog(url, to, { id: 'msg_1', type: 'audit.rows', at: new Date(0), rows: [row] });
}

describe('syslog over TLS', () => {
  it.each([
    ['by name', 'localhost', { type: 'dns', value: 'localhost' }],
    ['by address', '127.0.0.1', { type: 'ip', value: '127.0.0.1' }],
  ] as const)(
    'gets its messages where the authority is trusted and the receiver is the one named, %s',
    async (_, host, san) => {
      const certificates = await createTlsCertificates(san);
      const { port, text, ended } = await receiver(certificates);
      await send(`syslog+tls://${host}:${port}`, certificates.ca);
      await ended;
      expect(text()).toMatch(
        /^\d+ <107>1 1970-01-01T00:00:00\.000Z host\.example productcraft-audit - audit\.unreadable - /,
      );
      expect(Buffer.byteLength(text())).toBe(Number(text().split(' ', 1)[0]) + text().indexOf(' ') + 1);
    },
  );

  it('gets nothing under another name', async () => {
    const certificates = await createTlsCertificates({ type: 'dns', value: 'logs.example.com' });
    const { port, text } = await receiver(certificates);
    for (const host of ['localhost', '127.0.0.1'])
      await expect(send(`syslog+tls://${host}:${port}`, certificates.ca)).rejects.toThrow(
        'ERR_TLS_CERT_ALTNAME_INVALID',
      );
    expect(text()).toBe('');
  });

  it('gets nothing where nobody vouches for it that is trusted', async () => {
    const [certificates, others] = [
      await createTlsCertificates({ type: 'dns', value: 'localhost' }),
      await createTlsCertificates({ type: 'dns', value: 'localhost' }),
    ];
    const { port, text } = await receiver(certificates);
    for (const ca of [null, others.ca])
      await expect(send(`syslog+tls://localhost:${port}`, ca)).rejects.toThrow(
        /UNABLE_TO|SELF_SIGNED|CERT_SIGNATURE/,
      );
    expect(text()).toBe('');
  });

  it('gets nothing where it speaks without TLS', async () => {
    const { port, text } = await receiver();
    // A plain receiver says nothing to a handshake it does not know; that it is one shows in its answer.
    for (const server of servers) server.on('connection', (socket: Socket) => socket.write('I am plain\n'));
    await expect(send(`syslog+tls://localhost:${port}`, null)).rejects.toThrow(/SSL|broke off/);
    expect(text()).not.toContain('productcraft-audit');
  });
});
