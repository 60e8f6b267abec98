import { createId } from '@pcft/credentials';
import { assertAddress } from './assert-address.ts';
import type { Mail } from './mail.ts';
import { inertText } from './inert-text.ts';
import { renderMail, type RenderedMail } from './render-mail.ts';
import { seal } from './seal.ts';

/** What the queue needs of an interactive Prisma transaction. */
export interface MailTransaction {
  $executeRawUnsafe(query: string, ...values: unknown[]): Promise<number>;
}

/** What is sealed into a row. */
export interface SealedMail extends RenderedMail {
  readonly to: string;
  readonly fromName?: string;
}

/** Where a change leaves its mail. */
export interface MailQueue {
  /**
   * Queues a mail with the change it tells of: committed with it, or not at all. Sent afterwards, at least once, and
   * given up after `ttlSeconds`. Throws `InvalidAddress`, or what the database says.
   */
  queue(transaction: MailTransaction, mail: Mail): Promise<void>;
}

/** Mail that nobody gave a time is worth nothing after a day. */
const defaultTtlSeconds = 24 * 60 * 60;

const insert = `INSERT INTO queued_mail (id, kind, sealed, expires_at)
  VALUES ($1, $2, $3, now() + $4::int * interval '1 second')`;

export function createMailQueue(options: { readonly key: Buffer; readonly onQueued: () => void }): MailQueue {
  return {
    async queue(transaction, { to, fromName, kind, content, ttlSeconds = defaultTtlSeconds }) {
      assertAddress(to);
      const id = createId('evt_');
      const mail: SealedMail = {
        to,
        ...(fromName !== undefined && { fromName: inertText(fromName) }),
        ...renderMail(content),
      };
      const sealed = seal(options.key, id, JSON.stringify(mail));
      await transaction.$executeRawUnsafe(insert, id, kind, sealed, ttlSeconds);
      // Not committed yet; should the sender look too early, it finds the row when it polls.
      options.onQueued();
    },
  };
}
