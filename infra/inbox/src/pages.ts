import { escapeHtml } from '@pcft/mail';
import type { Message } from './message.ts';

/** The list of messages. */
export function listPage(messages: readonly Message[], to: string): string {
  const rows = messages.map(
    ({ id, subject, to: recipients, receivedAt }) => `<tr>
<td><a href="/messages/${escapeHtml(id)}">${escapeHtml(subject || '(no subject)')}</a></td>
<td>${escapeHtml(recipients.join(', '))}</td>
<td><time datetime="${escapeHtml(receivedAt)}">${escapeHtml(time(receivedAt))}</time></td>
</tr>`,
  );
  const table = `<table><caption>${messages.length === 1 ? '1 message' : `${String(messages.length)} messages`}, newest first</caption>
<thead><tr><th scope="col">Subject</th><th scope="col">To</th><th scope="col">Received</th></tr></thead>
<tbody>${rows.join('')}</tbody></table>`;
  return page(
    'Inbox',
    `<h1>Inbox</h1>
<p>Mail that the suite has sent on this machine. It is kept in memory and delivered to nobody.</p>
<form method="get" action="/" role="search"><label for="to">Sent to</label>
<input id="to" name="to" type="search" autocomplete="off" spellcheck="false" value="${escapeHtml(to)}">
<button type="submit">Show</button> <a href="/">All</a></form>
${messages.length === 0 ? `<p role="status">No mail${to === '' ? ' yet' : ` to ${escapeHtml(to)}`}.</p>` : table}`,
  );
}

/** One message; its HTML stands in a frame that may run no script and reach nothing. */
export function messagePage({ id, subject, from, to, receivedAt, text, html }: Message): string {
  const frame = `<h2>As HTML</h2>
<iframe title="The message as HTML" src="/messages/${escapeHtml(id)}/html"
  sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer"></iframe>`;
  return page(
    subject || '(no subject)',
    `<nav><a href="/">All messages</a></nav>
<h1>${escapeHtml(subject || '(no subject)')}</h1>
<dl><dt>From</dt><dd>${escapeHtml(from)}</dd><dt>To</dt><dd>${escapeHtml(to.join(', '))}</dd>
<dt>Received</dt><dd><time datetime="${escapeHtml(receivedAt)}">${escapeHtml(time(receivedAt))}</time></dd></dl>
<h2>As text</h2>
<pre>${linked(text)}</pre>
${html === '' ? '' : frame}`,
  );
}

export function absentPage(): string {
  return page(
    'Not here',
    '<h1>Not here</h1><p>The inbox keeps the newest messages only, and forgets all when it is started anew. <a href="/">All messages</a></p>',
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · local inbox</title><link rel="stylesheet" href="/style.css"></head>
<body><main>${body}</main></body></html>
`;
}

export const style = `:root { color-scheme: light dark; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: #fff; color: #111827; }
a { color: #1d4ed8; }
@media (prefers-color-scheme: dark) {
  body { background: #111827; color: #e5e7eb; }
  a { color: #93c5fd; }
}
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.125rem; }
form { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; margin: 1rem 0; }
input, button { font: inherit; padding: 0.25rem 0.5rem; }
input { flex: 1 1 16rem; max-width: 28rem; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; padding: 0.5rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem 1rem 0.5rem 0; border-bottom: 1px solid #8884; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; border: 1px solid #8886; border-radius: 6px; }
iframe { width: 100%; height: 28rem; border: 1px solid #8886; border-radius: 6px; background: #fff; }
a:focus-visible, input:focus-visible, button:focus-visible { outline: 3px solid #2563eb; outline-offset: 2px; }
`;

function time(receivedAt: string): string {
  return `${receivedAt.slice(0, 10)} ${receivedAt.slice(11, 19)} UTC`;
}

/** Plain text with its addresses as links. */
function linked(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"']+)/)
    .map((part, index) =>
      index % 2 === 1
        ? `<a href="${escapeHtml(part)}" rel="noreferrer">${escapeHtml(part)}</a>`
        : escapeHtml(part),
    )
    .join('');
}
