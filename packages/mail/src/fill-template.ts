import { inertText } from './inert-text.ts';
import type { MailContent } from './mail.ts';

/** A mail in somebody's own words: plain text with placeholders. */
export interface MailTemplate {
  readonly subject: string;
  readonly text: string;
}

/**
 * A template with `{{app}}`, `{{name}}`, `{{email}}` and `{{url}}` filled in, in one pass: what a value contains is never
 * read as a placeholder. Values that persons have typed cannot become links; `url` is one.
 */
export function fillTemplate(
  { subject, text }: MailTemplate,
  values: Readonly<Record<'app' | 'name' | 'email' | 'url', string>>,
): MailContent {
  const fill = (part: string) =>
    part.replace(/\{\{(app|name|email|url)\}\}/g, (_, name: keyof typeof values) =>
      name === 'url' ? values.url : inertText(values[name]),
    );
  return { subject: fill(subject), paragraphs: fill(text).split(/\n{2,}/) };
}
