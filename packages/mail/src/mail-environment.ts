import Type, { type Static } from 'typebox';

/** The variables of a service that sends mail. It spreads them into its own schema. */
export const mailEnvironment = {
  SMTP_URL: Type.String({
    pattern: '^smtps?://',
    description: 'smtp://user:password@host:port; a password is sent over TLS only, but on loopback.',
  }),
  MAIL_FROM: Type.String({ minLength: 3, maxLength: 320, description: 'Name <address>, or an address.' }),
  MAIL_KEY: Type.String({
    pattern: '^[A-Za-z0-9+/]{43}=$',
    description: '32 bytes in base64: seals mail while it waits in the database.',
  }),
};

export type MailEnvironment = Readonly<Static<ReturnType<typeof Type.Object<typeof mailEnvironment>>>>;
