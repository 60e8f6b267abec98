import { line, nullable, object, oneOf, Type, type Static } from '../schema.ts';

const linkWords =
  'Plain text with the placeholders `{{app}}`, `{{name}}`, `{{email}}` and `{{url}}`; the text has to contain `{{url}}`.';
const noticeWords =
  'Of the notice that a second factor was added or removed, or its recovery codes renewed or used. Plain text with the ' +
  'placeholders `{{app}}`, `{{name}}`, `{{email}}` and `{{event}}` (what has happened, in a sentence); the text has to ' +
  'contain `{{event}}`.';

/** Plain text: what stands in a user's name can never become markup in somebody's mailbox. */
const mailTemplate = (description = linkWords) =>
  object(
    {
      subject: line(200),
      text: Type.String({
        minLength: 1,
        maxLength: 5000,
        // Line breaks and tabs, no other control characters.
        pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]+$',
      }),
    },
    { description },
  );

const link = () =>
  Type.String({
    maxLength: 500,
    pattern: '^(https://|http://(localhost|127\\.0\\.0\\.1)(:[0-9]{1,5})?/)[!-~]+$',
    description: 'A page of the app; the mail adds `token` to its query.',
  });

const signUp = () =>
  oneOf(
    ['open', 'invite', 'closed'],
    'Who may sign up: anybody, who was invited, nobody (admins create users).',
  );
const minLength = () => Type.Integer({ minimum: 8, maximum: 128, description: 'Characters.' });
const accessTokenSeconds = () => Type.Integer({ minimum: 60, maximum: 3600 });
const idleSeconds = () =>
  Type.Integer({
    minimum: 300,
    maximum: 31_536_000,
    description: 'A session not refreshed for this long ends.',
  });
const lifetimeSeconds = () =>
  Type.Integer({
    minimum: 300,
    maximum: 31_536_000,
    description: 'A session ends so long after its sign-in.',
  });
const fromName = () => nullable(line(80, 'Shown as the sender; the app’s display name if `null`.'));
const allowedOrigins = () =>
  Type.Array(
    Type.String({
      maxLength: 260,
      pattern:
        '^https?://([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*)(:[1-9][0-9]{0,4})?$',
    }),
    {
      maxItems: 50,
      uniqueItems: true,
      description:
        'Origins whose pages may call the Consumer API, as browsers send them (CORS). No wildcards.',
    },
  );

/** How an app treats its end users, in full. `tokens` gets it with the app's record. */
export const appSettings = () =>
  object({
    sign_up: signUp(),
    require_verified_email: Type.Boolean({ description: 'Whether an unverified address may not sign in.' }),
    password: object({ min_length: minLength() }),
    sessions: object({
      access_token_seconds: accessTokenSeconds(),
      idle_seconds: idleSeconds(),
      lifetime_seconds: lifetimeSeconds(),
    }),
    mail: object({
      from_name: fromName(),
      templates: object({
        email_verification: nullable(mailTemplate()),
        password_reset: nullable(mailTemplate()),
        invite: nullable(mailTemplate()),
        // Optional in what an older heimdall-admin has queued.
        second_factor: Type.Optional(nullable(mailTemplate(noticeWords))),
      }),
      links: object({
        email_verification: nullable(link()),
        password_reset: nullable(link()),
        invite: nullable(link()),
      }),
    }),
    allowed_origins: allowedOrigins(),
  });

export type AppSettings = Static<ReturnType<typeof appSettings>>;
/** The mails an app's end users get. */
export type MailKind = keyof AppSettings['mail']['templates'];

/** The same with everything optional: what is left out stays as it is. */
export const appSettingsPatch = () =>
  Type.Object(
    {
      sign_up: Type.Optional(signUp()),
      require_verified_email: Type.Optional(Type.Boolean()),
      password: Type.Optional(object({ min_length: Type.Optional(minLength()) })),
      sessions: Type.Optional(
        object({
          access_token_seconds: Type.Optional(accessTokenSeconds()),
          idle_seconds: Type.Optional(idleSeconds()),
          lifetime_seconds: Type.Optional(lifetimeSeconds()),
        }),
      ),
      mail: Type.Optional(
        object({
          from_name: Type.Optional(fromName()),
          templates: Type.Optional(
            object({
              email_verification: Type.Optional(nullable(mailTemplate())),
              password_reset: Type.Optional(nullable(mailTemplate())),
              invite: Type.Optional(nullable(mailTemplate())),
              second_factor: Type.Optional(nullable(mailTemplate(noticeWords))),
            }),
          ),
          links: Type.Optional(
            object({
              email_verification: Type.Optional(nullable(link())),
              password_reset: Type.Optional(nullable(link())),
              invite: Type.Optional(nullable(link())),
            }),
          ),
        }),
      ),
      allowed_origins: Type.Optional(allowedOrigins()),
    },
    { additionalProperties: false, minProperties: 1 },
  );

export type AppSettingsPatch = Static<ReturnType<typeof appSettingsPatch>>;

/** What an app starts with, and what holds wherever nothing else was chosen. */
export const defaultAppSettings: AppSettings = {
  sign_up: 'open',
  require_verified_email: false,
  password: { min_length: 8 },
  sessions: { access_token_seconds: 3600, idle_seconds: 2_592_000, lifetime_seconds: 7_776_000 },
  mail: {
    from_name: null,
    templates: { email_verification: null, password_reset: null, invite: null, second_factor: null },
    links: { email_verification: null, password_reset: null, invite: null },
  },
  allowed_origins: [],
};
