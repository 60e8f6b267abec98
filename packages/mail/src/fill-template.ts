import { inertText } from './inert-text.ts';
import type { MailContent } from './mail.ts';

/** A mail in somebody's own words: plain text with placeholders. */
export interface MailTemplate {
  readonly subject: string;
  readonly text: string;
}

/** What stands for the placeholders; one that has no value stays as it is. */
export interface TemplateValues {
  readonly app: string;
  readonly name: string;
  readonly email: string;
  /** Where the mail leads to. */
  readonly url?: string;
  /** What has happened, in the suite's own words. */
  readonly event?: string;
}

/**
 * A template with `{{app}}`, `{{name}}`, `{{email}}`, `{{url}}` and `{{event}}` filled in, in one pass: what a value contains
 * is never read as a placeholder. Values that persons have typed cannot become links; `url` is one.
 */
export function fillTemplate({ subject, text }: MailTemplate, values: TemplateValues): MailContent {
  const fill = (part: string) =>
    part.replace(/\{\{(app|name|email|url|event)\}\}/g, (whole, name: keyof TemplateValues) => {
      const value = values[name];
      if (value === undefined) return whole;
      return name === 'url' || name === 'event' ? value : inertText(value);
    });
  return { subject: fill(subject), paragraphs: fill(text).split(/\n{2,}/) };
}
