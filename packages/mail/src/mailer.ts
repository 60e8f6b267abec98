import { createTransport } from 'nodemailer';
import { assertAddress } from './assert-address.ts';
import type { SealedMail } from './mail-queue.ts';

export interface MailerOptions {
  /** `smtp://user:password@host:port`, or `smtps://`. A password never travels without TLS, but on loopback. */
  readonly url: string;
  /** `Name <address>` or a bare address. */
  readonly from: string;
}

/** A mail as the server is given it. */
export interface OutgoingMail extends SealedMail {
  /** Becomes the Message-ID: who gets one twice can tell. */
  readonly id: string;
  readonly date: Date;
}

/**
 * - `permanent`: the server will never take this mail (RFC 5321: 5yz to the recipient or to the content);
 * - `transient`: not now, or our own settings are wrong; worth another try.
 */
export class MailNotAccepted extends Error {
  readonly lasting: 'permanent' | 'transient';
  /** SMTP reply code, if one came. */
  readonly replyCode: number | null;
  /** nodemailer's word for where it failed, e.g. `ECONNECTION`. Holds no address and no content. */
  readonly reason: string;

  constructor(lasting: MailNotAccepted['lasting'], replyCode: number | null, reason: string) {
    // Without the server's text and without a cause: servers repeat the address in it.
    super(`mail was not accepted: ${reason}${replyCode === null ? '' : ` ${String(replyCode)}`}`);
    this.name = 'MailNotAccepted';
    this.lasting = lasting;
    this.replyCode = replyCode;
    this.reason = reason;
  }
}

export interface Mailer {
  /** Resolves when the server has taken responsibility. Throws `MailNotAccepted`. */
  send(mail: OutgoingMail): Promise<void>;
  /** Whether a server without TLS is refused. */
  readonly requiresTls: boolean;
  close(): void;
}

const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };
/** Within this a mail is accepted or not, whatever the server does. */
export const sendTimeoutMs = 45_000;

/** SMTP over nodemailer. Connects when there is something to send. */
export function createMailer({ url, from }: MailerOptions): Mailer {
  const { hostname, password } = new URL(url);
  const sender = readSender(from);
  const domain = sender.address.slice(sender.address.lastIndexOf('@') + 1);
  const requiresTls = password !== '' && !isLoopback(hostname);
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: 3,
    ...timeouts,
    // Nothing that a mail says is ever read as a path or fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(requiresTls && { requireTLS: true }),
  });
  return {
    requiresTls,
    async send({ id, to, fromName, subject, text, html, date }) {
      assertAddress(to);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new MailNotAccepted('transient', null, 'ETIMEDOUT')), sendTimeoutMs);
      });
      const sending = transport.sendMail({
        from: fromName === undefined ? sender : { ...sender, name: fromName },
        to: { name: '', address: to },
        envelope: { from: sender.address, to: [to] },
        messageId: `<${id}@${domain}>`,
        date,
        subject,
        text,
        html,
        // RFC 3834: no out-of-office answers to this.
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      });
      try {
        await Promise.race([sending, late]);
      } catch (error) {
        throw error instanceof MailNotAccepted ? error : readFailure(error);
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => transport.close(),
  };
}

/** `Name <address>` in parts, so that nothing has to parse it again. @throws InvalidAddress */
function readSender(from: string): { name: string; address: string } {
  const [, name = '', inBrackets] = /^\s*"?([^"<>\p{Cc}]*?)"?\s*<([^<>]+)>\s*$/u.exec(from) ?? [];
  const address = inBrackets ?? from.trim();
  assertAddress(address);
  return { name, address };
}

function readFailure(error: unknown): MailNotAccepted {
  const { code, command, responseCode } = error as Record<string, unknown>;
  const reply = typeof responseCode === 'number' ? responseCode : null;
  const aboutThisMail = command === 'RCPT TO' || command === 'DATA';
  const permanent = aboutThisMail && reply !== null && reply >= 500 && reply < 600;
  return new MailNotAccepted(
    permanent ? 'permanent' : 'transient',
    reply,
    typeof code === 'string' ? code : 'UNKNOWN',
  );
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
