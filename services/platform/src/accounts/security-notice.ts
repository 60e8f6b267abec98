import { InvalidAddress, type MailQueue, type MailTransaction } from '@pcft/mail';

/** What the owner of an account is told by mail, whoever did it. */
const notices = {
  'password-changed': 'The password of your account was changed.',
  'two-factor-activated': 'A second factor was added to your account. It is asked for from now on.',
  'two-factor-removed': 'The second factor of your account was removed.',
  'recovery-codes-renewed': 'The recovery codes of your account were replaced.',
  'passkey-added': 'A passkey was added to your account.',
  'passkey-removed': 'A passkey was removed from your account.',
} as const;

export type SecurityNotice = keyof typeof notices;

/** Queues the notice with the change it tells of. An address that takes no mail does not keep anybody from being safe. */
export async function queueSecurityNotice(
  mail: MailQueue,
  transaction: MailTransaction,
  to: string,
  notice: SecurityNotice,
): Promise<void> {
  try {
    await mail.queue(transaction, {
      to,
      kind: `notice-${notice}`,
      content: {
        subject: notices[notice],
        paragraphs: [
          notices[notice],
          'If that was you, there is nothing to do. If it was not, set a new password and end all sessions.',
        ],
      },
    });
  } catch (error) {
    // Said before anything was written, so the transaction is whole.
    if (!(error instanceof InvalidAddress)) throw error;
  }
}
