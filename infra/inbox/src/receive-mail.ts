import { randomUUID } from 'node:crypto';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerEnvelope } from 'smtp-server';
import type { Message } from './message.ts';

const maxBytes = 5 * 1024 * 1024;

/** An SMTP server that takes every mail, keeps it here and delivers it to nobody. */
export function createSmtpServer(add: (message: Message) => void): SMTPServer {
  const server = new SMTPServer({
    banner: 'local inbox',
    size: maxBytes,
    rejectOversized: true,
    disableReverseLookup: true,
    authOptional: true,
    // No certificate for a server on loopback: nothing leaves this machine.
    disabledCommands: ['STARTTLS'],
    onAuth: (_auth, _session, callback) => callback(null, { user: 'anybody' }),
    onData(stream, { envelope }, callback) {
      simpleParser(stream).then(
        (mail) => {
          if (!stream.sizeExceeded) add(readMessage(mail, envelope));
          callback();
        },
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
  // A client that goes away is no reason to stop.
  server.on('error', (error) => console.error(error.message));
  return server;
}

function readMessage(mail: ParsedMail, { mailFrom, rcptTo }: SMTPServerEnvelope): Message {
  return {
    id: randomUUID(),
    receivedAt: new Date().toISOString(),
    to: rcptTo.map(({ address }) => address),
    from: mail.from?.text ?? (mailFrom === false ? '' : mailFrom.address),
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: typeof mail.html === 'string' ? mail.html : '',
    headers: Object.fromEntries(
      mail.headerLines.map(({ key, line }) => [key, line.slice(line.indexOf(':') + 1).trim()]),
    ),
  };
}
