import type { MailEnvironment } from './mail-environment.ts';
import { createMailQueue, type MailQueue } from './mail-queue.ts';
import { MailSender, type MailSenderOptions } from './mail-sender.ts';
import { createMailer } from './mailer.ts';
import { readMailKey } from './seal.ts';

/** The mail of a service process: the queue its changes write to, and the sender that empties it. */
export interface ServiceMail extends MailQueue {
  start(): void;
  /** Ends the sender; what was not sent stays in the queue. */
  stop(): Promise<void>;
}

export function createMail(
  environment: MailEnvironment,
  options: Omit<MailSenderOptions, 'key' | 'mailer'>,
): ServiceMail {
  const key = readMailKey(environment.MAIL_KEY);
  const mailer = createMailer({ url: environment.SMTP_URL, from: environment.MAIL_FROM });
  const sender = new MailSender({ ...options, key, mailer });
  const waiting = createMailQueue({ key, onQueued: () => sender.wake() });
  return {
    queue: (transaction, mail) => waiting.queue(transaction, mail),
    start: () => sender.start(),
    stop: () => sender.stop(),
  };
}
