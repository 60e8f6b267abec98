import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { InvalidAddress } from './assert-address.ts';
import { createMailer, MailNotAccepted } from './mailer.ts';

const received: { mail: ParsedMail; to: string[] }[] = [];
const closers: (() => void)[] = [];
afterEach(() => {
  received.length = 0;
  for (const close of closers.splice(0)) close();
});

/** A real SMTP server that takes everything, unless told otherwise. */
async function start(options: SMTPServerOptions = {}) {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onAuth: (_auth, _session, done) => done(null, { user: 'x' }),
    onData(stream, { envelope }, done) {
      void simpleParser(stream).then((mail) => {
        received.push({ mail, to: envelope.rcptTo.map(({ address }) => address) });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const url = `smtp://127.0.0.1:${String(port)}`;
  const mailer = createMailer({ url, from: 'Suite, Inc. <no-reply@suite.example>' });
  closers.push(
    () => mailer.close(),
    () => server.close(),
  );
  return { mailer, url };
}

const outgoing = (change: object = {}) => ({
  id: 'evt_1',
  date: new Date('2026-11-22T10:00:00Z'),
  to: 'ann@example.com',
  subject: 'Grüße',
  text: 'text\n.\nafter a dot',
  html: '<p>html</p>',
  ...change,
});

describe('a mailer', () => {
  it('hands over both texts, a Message-ID that a repetition shares, and says that no answer is wanted', async () => {
    const { mailer } = await start();
    await mailer.send(outgoing());
    const [{ mail, to }] = received as [(typeof received)[0]];
    expect(to).toEqual(['ann@example.com']);
    expect([mail.subject, mail.text, mail.html]).toEqual(['Grüße', 'text\n.\nafter a dot', '<p>html</p>']);
    expect(mail.from?.value).toEqual([{ name: 'Suite, Inc.', address: 'no-reply@suite.example' }]);
    expect(mail.messageId).toBe('<evt_1@suite.example>');
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
  });

  it.each([
    'ann@example.com, eve@example.com',
    'ann@example.com\r\nBcc: eve@example.com',
    'Ann <ann@example.com>',
    'ann@example.com>\r\nRCPT TO:<eve@example.com',
    '"ann"@example.com',
    'ann',
    '@example.com',
    'ann@example.com ',
    `${'a'.repeat(250)}@example.com`,
  ])('sends nothing to %j', async (to) => {
    const { mailer } = await start();
    await expect(mailer.send(outgoing({ to }))).rejects.toThrow(InvalidAddress);
    expect(received).toHaveLength(0);
  });

  it('writes no header from a subject or a text', async () => {
    const { mailer } = await start();
    await mailer.send(
      outgoing({ subject: 'a\r\nBcc: eve@example.com\r\n\r\nbody', text: 'Bcc: eve@example.com' }),
    );
    const [{ mail, to }] = received as [(typeof received)[0]];
    expect(to).toEqual(['ann@example.com']);
    expect(mail.headers.has('bcc')).toBe(false);
    expect(mail.subject).toContain('Bcc: eve@example.com');
  });

  it('says whether another try makes sense, and repeats nothing that the server said', async () => {
    const refuse = (responseCode: number): SMTPServerOptions => ({
      onRcptTo: (_address, _session, done) =>
        done(Object.assign(new Error('no ann@example.com'), { responseCode })),
    });
    for (const [code, lasting] of [
      [550, 'permanent'],
      [450, 'transient'],
    ] as const) {
      const { mailer } = await start(refuse(code));
      const error = await mailer.send(outgoing()).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(MailNotAccepted);
      expect(error).toMatchObject({ lasting, replyCode: code });
      expect(JSON.stringify([String(error), error])).not.toContain('ann@');
    }
    const gone = createMailer({ url: 'smtp://127.0.0.1:1', from: 'a@example.com' });
    await expect(gone.send(outgoing())).rejects.toMatchObject({ lasting: 'transient', replyCode: null });
    gone.close();
  });

  it('gives no password to a server elsewhere that has no TLS', () => {
    // Only what is built is looked at: a server elsewhere is not at hand.
    const mailer = createMailer({ url: 'smtp://u:p@mail.example', from: 'a@example.com' });
    expect(mailer.requiresTls).toBe(true);
    expect(createMailer({ url: 'smtp://u:p@127.0.0.1', from: 'a@example.com' }).requiresTls).toBe(false);
  });
});
