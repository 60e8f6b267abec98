import { escapeHtml } from './escape-html.ts';
import type { MailContent } from './mail.ts';

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const maxSubject = 200;

/**
 * Plain text and HTML that say the same. The HTML loads nothing and tracks nobody: no images, no scripts, no fonts.
 *
 * @throws TypeError when the link is not http or https: a fault of the program
 */
export function renderMail({ subject, paragraphs, action, closing = [] }: MailContent): RenderedMail {
  if (action && !/^https?:$/.test(new URL(action.url).protocol))
    throw new TypeError('a mail links to http or https only');
  const link = action && { label: action.label, url: new URL(action.url).href };
  const text = [...paragraphs, ...(link ? [`${link.label}:\n${link.url}`] : []), ...closing];
  return {
    subject: [...subject.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()].slice(0, maxSubject).join(''),
    text: `${text.join('\n\n')}\n`,
    html: page(subject, [
      ...paragraphs.map(paragraph),
      ...(link
        ? [button(link), paragraph(`If the button does nothing, open this address: ${link.url}`)]
        : []),
      ...closing.map(paragraph),
    ]),
  };
}

function paragraph(text: string): string {
  return `<p style="margin:0 0 16px;overflow-wrap:anywhere">${escapeHtml(text).replaceAll('\n', '<br>')}</p>`;
}

function button({ label, url }: { label: string; url: string }): string {
  const style =
    'display:inline-block;padding:12px 20px;border-radius:6px;background:#1d4ed8;color:#ffffff;text-decoration:none';
  return `<p style="margin:0 0 16px"><a href="${escapeHtml(url)}" style="${style}">${escapeHtml(label)}</a></p>`;
}

function page(title: string, parts: readonly string[]): string {
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title></head>`,
    '<body style="margin:0;padding:24px;background:#ffffff;color:#1f2937;font:16px/1.5 system-ui,sans-serif">',
    `<div style="max-width:560px">${parts.join('\n')}</div>`,
    '</body></html>',
    '',
  ].join('\n');
}
