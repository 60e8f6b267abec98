import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { Socket } from 'node:net';
import { freePort } from '../../engines/free-port.ts';

let inbox: ChildProcess;
let port: number;
let smtpPort: number;

beforeAll(async () => {
  [port, smtpPort] = [await freePort(), await freePort()];
  inbox = spawn(process.execPath, [join('src', 'main.ts')], {
    cwd: join(import.meta.dirname, '..'),
    env: { PATH: process.env['PATH'], PORT: String(port), SMTP_PORT: String(smtpPort), INBOX_KEEP: '3' },
    stdio: 'inherit',
  });
  const end = performance.now() + 15_000;
  while (
    !(await fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (performance.now() > end) throw new Error('the inbox did not start');
    await sleep(50);
  }
}, 20_000);
afterAll(async () => {
  inbox.kill('SIGTERM');
  if (inbox.exitCode === null) await once(inbox, 'exit');
});

/** Speaks SMTP by hand: what a real server is told, byte by byte. */
async function deliver(to: string, lines: readonly string[]): Promise<void> {
  const socket = new Socket().setEncoding('utf8');
  let heard = '';
  socket.on('data', (text: string) => (heard += text));
  socket.connect(smtpPort, '127.0.0.1');
  const answer = async (code: string) => {
    const end = performance.now() + 5_000;
    while (!new RegExp(`^${code} `, 'm').test(heard)) {
      if (performance.now() > end) throw new Error(`no ${code}: ${heard}`);
      await sleep(5);
    }
    heard = '';
  };
  await answer('220');
  for (const [line, code] of [
    ['EHLO test', '250'],
    ['MAIL FROM:<no-reply@suite.example>', '250'],
    [`RCPT TO:<${to}>`, '250'],
    ['DATA', '354'],
    [`${lines.join('\r\n')}\r\n.`, '250'],
    ['QUIT', '221'],
  ] as const) {
    socket.write(`${line}\r\n`);
    await answer(code);
  }
  socket.destroy();
}

const mail = (subject: string, html = '<p>html</p>') => [
  'From: Suite <no-reply@suite.example>',
  'To: somebody@else.example',
  `Subject: ${subject}`,
  'MIME-Version: 1.0',
  'Content-Type: multipart/alternative; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'text with https://suite.example/x?a=1&b=2',
  '--b',
  'Content-Type: text/html; charset=utf-8',
  '',
  html,
  '--b--',
];
const json = async (path: string) =>
  (await (await fetch(`http://127.0.0.1:${port}${path}`)).json()) as Record<string, unknown>;
const list = async (query = '') =>
  (await json(`/api/messages${query}`))['data'] as { id: string; subject: string }[];

describe('the inbox', () => {
  it('shows what it got as JSON, by recipient of the envelope and by subject, newest first', async () => {
    await deliver('ann@example.com', mail('First'));
    await deliver('bob@example.com', mail('Second'));
    expect((await list()).map(({ subject }) => subject).slice(0, 2)).toEqual(['Second', 'First']);
    expect((await list('?to=ANN@example.com')).map(({ subject }) => subject)).toEqual(['First']);
    expect(await list('?to=ann@example.com&subject=second')).toEqual([]);
    expect(await list('?to=somebody@else.example')).toEqual([]);
    const [{ id } = { id: '' }] = await list('?to=ann@example.com');
    expect(await json(`/api/messages/${id}`)).toMatchObject({
      to: ['ann@example.com'],
      from: expect.stringContaining('no-reply@suite.example'),
      text: expect.stringContaining('https://suite.example/x?a=1&b=2'),
      html: expect.stringContaining('<p>html</p>'),
      headers: { subject: 'First' },
    });
    expect((await fetch(`http://127.0.0.1:${port}/api/messages/none`)).status).toBe(404);
  });

  it('keeps the newest only', async () => {
    for (const n of [1, 2, 3, 4]) await deliver('many@example.com', mail(`Mail ${n}`));
    expect((await list()).map(({ subject }) => subject)).toEqual(['Mail 4', 'Mail 3', 'Mail 2']);
  });

  it('shows a message in a browser without running anything in it', async () => {
    await deliver('eve@example.com', mail('<script>alert(1)</script>', '<script>alert(2)</script><p>x</p>'));
    const [{ id } = { id: '' }] = await list('?to=eve@example.com');
    const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
    for (const path of ['/?to=eve@example.com', `/messages/${id}`]) {
      const answer = await get(path);
      const html = await answer.text();
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(html).toContain('&lt;script&gt;alert(1)');
      expect(html).not.toContain('<script');
    }
    const page = await (await get(`/messages/${id}`)).text();
    expect(page).toContain('href="https://suite.example/x?a=1&amp;b=2"');
    expect(page).toMatch(
      /<iframe title="[^"]+" src="[^"]+"\s+sandbox="allow-popups allow-popups-to-escape-sandbox"/,
    );
    const framed = await get(`/messages/${id}/html`);
    expect(framed.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/);
  });

  it('is for who asks for it by its own name: no page elsewhere reads it', async () => {
    const status = await new Promise((resolve, reject) =>
      request(
        { port, host: '127.0.0.1', path: '/api/messages', headers: { host: `evil.example:${port}` } },
        (answer) => resolve(answer.resume().statusCode),
      )
        .on('error', reject)
        .end(),
    );
    expect(status).toBe(421);
  });
});
