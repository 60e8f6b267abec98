/** What a mail says, before it becomes plain text and HTML. Everything in it is text; nothing is markup. */
export interface MailContent {
  /** One line. */
  readonly subject: string;
  /** Said before the link. Text that a person has typed goes through `inertText`. */
  readonly paragraphs: readonly string[];
  /** The one thing to do; `url` is http or https. */
  readonly action?: { readonly label: string; readonly url: string };
  /** Said after it. */
  readonly closing?: readonly string[];
}

/** One mail to one person. */
export interface Mail {
  /** A bare address, as accounts have it. */
  readonly to: string;
  /** Shown as the sender instead of the suite's own name; the address stays the suite's. */
  readonly fromName?: string;
  /** What it is about in a word or two, e.g. `verify-email`: for metrics and logs. Lower case and hyphens. */
  readonly kind: string;
  readonly content: MailContent;
  /** Given up after so long; a mail with a one-time link lives no longer than its token. Default: a day. */
  readonly ttlSeconds?: number;
}
