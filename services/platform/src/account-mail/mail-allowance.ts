import { Fault } from '@pcft/errors';
import type { Limiter } from '@pcft/limits';

/**
 * Whether one more mail may go to an address that anybody can name. Counted by address, whether or not it has an
 * account, so that nobody's mailbox is flooded and nobody learns who has one.
 *
 * @throws Fault `rate-limited`
 */
export async function assertMailAllowed(limiter: Pick<Limiter, 'consume'>, address: string): Promise<void> {
  const { allowed, headers } = await limiter.consume('mail', subject(address));
  if (allowed) return;
  throw new Fault('rate-limited', {
    message: 'This address has been sent several mails; look into its mailbox, or try again later',
    headers: { 'Retry-After': headers['Retry-After'] ?? '3600' },
  });
}

/** The same where the answer must not change: the mail is left out. */
export async function isMailAllowed(limiter: Pick<Limiter, 'consume'>, address: string): Promise<boolean> {
  return (await limiter.consume('mail', subject(address))).allowed;
}

function subject(address: string): string {
  return address.toLowerCase();
}
