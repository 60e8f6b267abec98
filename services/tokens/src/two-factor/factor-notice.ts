import { fillTemplate, inertText, type Mail } from '@pcft/mail';
import type { DirectoryApp, DirectoryUser } from '../directory/directory-store.ts';

/** A user and the app whose user that is. */
export interface Person {
  readonly app: DirectoryApp;
  readonly user: DirectoryUser;
}

/** What has become of the second factor of a user. */
export type FactorEvent =
  | { readonly kind: 'added' | 'removed' | 'removed-by-admin' | 'codes-renewed' }
  | { readonly kind: 'code-used'; readonly left: number };

/**
 * Tells a user what has become of the second factor: whoever did it may be somebody else. In the app's words where it has
 * a template; no code, no secret and no link stands in it, so that there is nothing in it to steal or to imitate.
 */
export function factorNotice({ app, user }: Person, event: FactorEvent): Mail {
  const { from_name: fromName, templates } = app.settings.mail;
  const { email, displayName } = user;
  const sentence = sentenceOf(event);
  return {
    to: email,
    kind: 'app-second-factor',
    fromName: fromName ?? app.displayName,
    content: templates.second_factor
      ? fillTemplate(templates.second_factor, {
          app: app.displayName,
          name: displayName,
          email,
          event: sentence,
        })
      : {
          subject: `${subjects[event.kind]} for ${inertText(app.displayName)}`,
          paragraphs: [
            `This is about your user of “${inertText(app.displayName)}”. ${sentence}`,
            'If it was not you, set another password at once, end all of your sessions, and tell whoever runs the app.',
          ],
        },
  };
}

const subjects: Readonly<Record<FactorEvent['kind'], string>> = {
  added: 'A second factor was added',
  removed: 'Your second factor was removed',
  'removed-by-admin': 'Your second factor was removed',
  'codes-renewed': 'Your recovery codes were renewed',
  'code-used': 'A recovery code was used',
};

function sentenceOf(event: FactorEvent): string {
  switch (event.kind) {
    case 'added':
      return 'A second factor was added: from now on a sign-in takes a code of your authenticator beside the password.';
    case 'removed':
      return 'Your second factor was removed: the password alone signs in again.';
    case 'removed-by-admin':
      return 'Your second factor was removed by an administrator: the password alone signs in again.';
    case 'codes-renewed':
      return 'Your recovery codes were replaced by new ones: those from before are void.';
    case 'code-used':
      return `A recovery code was used in place of your authenticator. ${left(event.left)}`;
  }
}

function left(count: number): string {
  if (count === 0) return 'It was the last one: make new ones.';
  return count === 1 ? 'One more is left: make new ones.' : `${String(count)} are left.`;
}
