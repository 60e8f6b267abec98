import { fillTemplate, inertText, pageWithToken, type Mail, type MailContent } from '@pcft/mail';
import { effectiveSettings } from '../apps/app-settings.ts';
import type { App } from '../apps/app.ts';
import { nameFromEmail } from '../users/user.ts';
import type { Invite } from './invite.ts';

/** Where an invite is accepted, as seed 001 prints it. */
export function inviteUrl(publicUrl: string, token: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/heimdall/v1/invites/${token}/accept`;
}

/** The page of the suite for an app that has none: the token stays in the fragment until the button is pressed. */
function hostedPage(publicUrl: string, token: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/account/accept-app-invite#token=${token}`;
}

/** The mail of an invite: in the app's words, under its name, and to its page, where it has set them. */
export function inviteMail(
  app: App,
  { email, createdAt, expiresAt, roleName }: Invite,
  { token, publicUrl }: { readonly token: string; readonly publicUrl: string },
): Mail {
  const { from_name: fromName, templates, links } = effectiveSettings(app.settings).mail;
  const url = links.invite === null ? hostedPage(publicUrl, token) : pageWithToken(links.invite, token);
  const content = templates.invite
    ? fillTemplate(templates.invite, { app: app.displayName, name: nameFromEmail(email), email, url })
    : defaultContent(app, roleName, url, expiresAt);
  return {
    to: email,
    kind: 'app-invite',
    fromName: fromName ?? app.displayName,
    ttlSeconds: Math.ceil((expiresAt.getTime() - createdAt.getTime()) / 1000),
    content,
  };
}

function defaultContent(app: App, roleName: string, url: string, expiresAt: Date): MailContent {
  const name = inertText(app.displayName);
  return {
    subject: `Invitation to ${name}`,
    paragraphs: [`You are invited to “${name}” as ${inertText(roleName)}.`],
    action: { label: 'Accept the invite', url },
    closing: [
      `The invite can be accepted until ${expiresAt.toISOString().slice(0, 16).replace('T', ' ')} UTC.`,
      'If you do not know what this is about, do nothing.',
    ],
  };
}
