import type { MailKind } from '@pcft/contracts';
import { fillTemplate, inertText, pageWithToken, type Mail, type MailContent } from '@pcft/mail';
import type { DirectoryApp } from '../directory/directory-store.ts';
import { ttlSeconds, type Purpose } from './mail-token-store.ts';

/** Whom a mail is to: as the record knows the person, or as a stranger has typed it. */
export interface Addressee {
  readonly email: string;
  readonly displayName: string;
}

interface Words {
  /** Of the app's own template and page. */
  readonly setting: Extract<MailKind, 'email_verification' | 'password_reset'>;
  /** Of the hosted page that a link leads to where the app has none. */
  readonly page: string;
  readonly label: string;
  readonly subject: (app: string) => string;
  readonly paragraphs: (app: string) => readonly string[];
  readonly closing: readonly string[];
}

const words: Readonly<Record<Purpose, Words>> = {
  'verify-email': {
    setting: 'email_verification',
    page: 'app-verify-email',
    label: 'Verify the address',
    subject: (app) => `Verify your address for ${app}`,
    paragraphs: (app) => [
      `Somebody has signed up for “${app}” with this address. If it was you, please verify it.`,
    ],
    closing: [
      'The link works once, for 24 hours.',
      'If it was not you, do nothing: without the link the address stays unverified.',
    ],
  },
  'reset-password': {
    setting: 'password_reset',
    page: 'app-reset-password',
    label: 'Set a new password',
    subject: (app) => `Set a new password for ${app}`,
    paragraphs: (app) => [`Somebody has asked for a new password for “${app}”. If it was you, set it here.`],
    closing: [
      'The link works once, for one hour.',
      'If it was not you, do nothing: your password stays as it is.',
    ],
  },
};

/**
 * The mail that carries a one-time token to an end user: in the app's words, under its name, and to its page, where it
 * has set them.
 *
 * @param publicUrl the gateway's origin, where the hosted pages are
 */
export function tokenMail(
  publicUrl: string,
  app: DirectoryApp,
  purpose: Purpose,
  { email, displayName }: Addressee,
  token: string,
): Mail {
  const { from_name: fromName, templates, links } = app.settings.mail;
  const { setting, page } = words[purpose];
  const [template, link] = [templates[setting], links[setting]];
  const url = link === null ? hostedPage(publicUrl, page, app, token) : pageWithToken(link, token);
  return {
    to: email,
    kind: page,
    fromName: fromName ?? app.displayName,
    ttlSeconds: ttlSeconds[purpose],
    content: template
      ? fillTemplate(template, { app: app.displayName, name: displayName, email, url })
      : defaultContent(app, words[purpose], url),
  };
}

/** The token stands in the fragment: no server and no log sees it, and a scanner that follows the link sends nothing. */
function hostedPage(publicUrl: string, page: string, { name }: DirectoryApp, token: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/account/${page}#app=${name}&token=${token}`;
}

function defaultContent(
  { displayName }: DirectoryApp,
  { subject, paragraphs, label, closing }: Words,
  url: string,
): MailContent {
  const app = inertText(displayName);
  return { subject: subject(app), paragraphs: paragraphs(app), action: { label, url }, closing };
}
