import { createToken, tokenDigest } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { TransactionClient } from '@pcft/events';
import type { Limiter } from '@pcft/limits';
import type { MailQueue } from '@pcft/mail';
import type { App } from '../apps/app.ts';
import { inviteMail } from './invite-mail.ts';
import type { Invite } from './invite.ts';
import type { InviteDraft, InviteStore } from './invite-store.ts';

export interface CreateInviteDeps {
  readonly invites: InviteStore;
  readonly mail: MailQueue;
  readonly limiter: Pick<Limiter, 'consume'>;
  readonly tokenPepper: Buffer;
  /** The gateway's origin. */
  readonly publicUrl: string;
}

/**
 * Creates an invite and queues its mail with it. The token is in the answer and in the mail, and kept nowhere.
 *
 * @throws Fault `validation` for an unknown role or tenant, `conflict` for an archived tenant, `rate-limited` when the
 *   app or the address has had many
 */
export async function createInvite(
  deps: CreateInviteDeps,
  app: App,
  input: Omit<InviteDraft, 'appId' | 'digest'>,
  commit: (transaction: TransactionClient, invite: Invite) => Promise<void>,
): Promise<{ invite: Invite; token: string }> {
  const { invites, mail, limiter, tokenPepper, publicUrl } = deps;
  await assertAllowed(limiter, 'invite', app.id, 'The app has sent many invites; try again later');
  const mailbox = `${app.id} ${input.email.toLowerCase()}`;
  await assertAllowed(limiter, 'mail', mailbox, 'This address has been sent several mails; try again later');
  const token = createToken('invite-token');
  const draft = { ...input, appId: app.id, digest: tokenDigest(tokenPepper, token) };
  const invite = await invites.create(draft, async (transaction, created) => {
    await mail.queue(transaction, inviteMail(app, created, { token, publicUrl }));
    await commit(transaction, created);
  });
  return { invite, token };
}

async function assertAllowed(
  limiter: Pick<Limiter, 'consume'>,
  kind: 'invite' | 'mail',
  subject: string,
  message: string,
): Promise<void> {
  const { allowed, headers } = await limiter.consume(kind, subject);
  if (allowed) return;
  throw new Fault('rate-limited', {
    message,
    headers: { 'Retry-After': headers['Retry-After'] ?? '3600' },
  });
}
