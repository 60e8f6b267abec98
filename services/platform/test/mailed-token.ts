import { linkIn, type Suite } from '@pcft/testing';

/** The one-time token of a mail that the suite has really sent. */
export async function mailedToken(
  suite: Suite,
  filter: { readonly to: string; readonly subject: string; readonly count?: number },
): Promise<string> {
  const { hash } = linkIn(await suite.inbox.waitFor(filter));
  const token = new URLSearchParams(hash.slice(1)).get('token');
  if (token === null) throw new Error('the link has no token in its fragment');
  return token;
}

export const subjects = {
  verify: 'Verify your address',
  reset: 'Set a new password',
  confirm: 'Confirm your new address',
  invite: 'Invitation to',
} as const;
