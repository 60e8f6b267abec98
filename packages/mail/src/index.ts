/** Mail of a service: queued with the change it tells of, sealed while it waits, sent over SMTP. */
export type { Mail, MailContent } from './mail.ts';
export { InvalidAddress } from './assert-address.ts';
export { escapeHtml } from './escape-html.ts';
export { fillTemplate, type MailTemplate, type TemplateValues } from './fill-template.ts';
export { inertText } from './inert-text.ts';
export { pageWithToken } from './page-with-token.ts';
export { renderMail, type RenderedMail } from './render-mail.ts';
export { createMailQueue, type MailQueue, type MailTransaction } from './mail-queue.ts';
export { createMailer, MailNotAccepted, type Mailer, type OutgoingMail } from './mailer.ts';
export { MailSender, type MailMetric, type MailSenderOptions } from './mail-sender.ts';
export { mailEnvironment, type MailEnvironment } from './mail-environment.ts';
export { createMail, type ServiceMail } from './create-mail.ts';
export { readMailKey, UnreadableMail } from './seal.ts';
