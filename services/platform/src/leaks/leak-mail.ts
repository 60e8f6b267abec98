import { inertText, type MailContent } from '@pcft/mail';
import type { LeakedCredential, LeakPlace } from './prisma-leak-store.ts';

/** What a mail tells those whose secret was found. The place is text: it may be a trap, and nobody has to go there. */
export function leakMail(
  { type, name, lastFour }: LeakedCredential,
  { source, url }: LeakPlace,
  action: 'revoke' | 'quarantine',
): MailContent {
  const what = type === 'session' ? 'A session' : `The token “${inertText(name)}” (…${lastFour})`;
  const where = url === '' ? 'in a place that was not named' : `at ${inertText(url, 300)}`;
  const kind = source === '' ? '' : ` (${inertText(source)})`;
  const done = {
    revoke: 'It was revoked at once: nobody can use it any more, nor any token that was minted with it.',
    quarantine:
      'It was disabled at once: nobody can use it, nor any token that was minted with it, unless an owner enables it again.',
  }[action];
  return {
    subject: type === 'session' ? 'A session of yours was found in public' : 'A token was found in public',
    paragraphs: [`${what} was found in public ${where}${kind}.`, done],
    closing: [
      'Whoever saw it may have used it before: look through the audit log for calls that you did not make, and replace it where it was in use.',
    ],
  };
}
