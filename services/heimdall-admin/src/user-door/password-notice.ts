import { inertText, type Mail } from '@pcft/mail';
import { effectiveSettings } from '../apps/app-settings.ts';
import type { App } from '../apps/app.ts';
import type { User } from '../users/user.ts';

const happened = {
  'user.password-changed': 'It was changed by somebody who knew the old one.',
  'user.password-reset':
    'It was set anew with a link that was sent to this address. All of your sessions were ended.',
} as const;

/** Whether what happened at the door is told to the user, who may not be the one who did it. */
export function isToldByMail(event: string): event is keyof typeof happened {
  return event in happened;
}

/** To the address of the record: that the password is another one now. */
export function passwordNotice(
  { displayName, settings }: Pick<App, 'displayName' | 'settings'>,
  { email }: Pick<User, 'email'>,
  event: keyof typeof happened,
): Mail {
  const app = inertText(displayName);
  return {
    to: email,
    kind: 'app-password-changed',
    fromName: effectiveSettings(settings).mail.from_name ?? displayName,
    content: {
      subject: `Your password for ${app} was changed`,
      paragraphs: [
        `The password of your user of “${app}” was changed. ${happened[event]}`,
        'If it was not you, set another password at once, and look after the security of this mailbox.',
      ],
    },
  };
}
