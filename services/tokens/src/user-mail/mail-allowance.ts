import { Fault } from '@pcft/errors';
import type { Limiter } from '@pcft/limits';

/**
 * Whether one more mail of an app may go to an address that anybody can name. Counted by app and address, whether or
 * not it has a user, so that nobody's mailbox is flooded and nobody learns who has one.
 *
 * @throws Fault `rate-limited`
 */
export async function assertMailAllowed(
  limiter: Pick<Limiter, 'consume'>,
  appId: string,
  address: string,
): Promise<void> {
  const { allowed, headers } = await limiter.consume('mail', subject(appId, address));
  if (allowed) return;
  throw new Fault('rate-limited', {
    message: 'This address has been sent several mails; look into its mailbox, or try again later',
    headers: { 'Retry-After': headers['Retry-After'] ?? '3600' },
  });
}

/** The same where the answer must not change: the mail is left out. */
export async function isMailAllowed(
  limiter: Pick<Limiter, 'consume'>,
  appId: string,
  address: string,
): Promise<boolean> {
  return (await limiter.consume('mail', subject(appId, address))).allowed;
}

/** As the invites of heimdall-admin count: one mailbox, one budget an app. */
function subject(appId: string, address: string): string {
  return `${appId} ${address.toLowerCase()}`;
}
