import { createServer, type Server } from 'node:http';
import type { Mailbox } from './mailbox.ts';
import type { Message } from './message.ts';
import { absentPage, listPage, messagePage, style } from './pages.ts';

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly policy?: string;
}

/** Nothing but our own stylesheet and the framed message; nobody may frame us. */
const pagePolicy =
  "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/** A mail's HTML: no script, no request, also when it is opened outside its frame. */
const mailPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

/**
 * The mailbox in a browser and as JSON: `GET /`, `/messages/:id`, `/api/messages?to=&subject=`, `/api/messages/:id`.
 *
 * @param hosts names it may be addressed by; with any other, a page elsewhere could have made its own name point here
 */
export function createWebServer(mailbox: Mailbox, hosts: readonly string[]): Server {
  // As of the services: no pause of a reader ends where a connection is just being closed.
  return createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    const reply = isKnown(request.headers.host, hosts)
      ? answer(mailbox, request.method ?? '', request.url ?? '/')
      : json(421, { error: 'this inbox is not known by that name' });
    response.writeHead(reply.status, {
      'Content-Type': reply.type,
      'Cache-Control': 'no-store',
      'Content-Security-Policy': reply.policy ?? pagePolicy,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Resource-Policy': 'same-origin',
    });
    response.end(request.method === 'HEAD' ? undefined : reply.body);
  });
}

function isKnown(host: string | undefined, hosts: readonly string[]): boolean {
  return host !== undefined && hosts.includes(host.replace(/:\d+$/, '').toLowerCase());
}

function answer(mailbox: Mailbox, method: string, target: string): Reply {
  if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'read only' });
  const url = URL.parse(target, 'http://inbox');
  if (url === null) return json(400, { error: 'unreadable address' });
  const filter = {
    to: url.searchParams.get('to')?.trim(),
    subject: url.searchParams.get('subject')?.trim(),
  };
  const [first = '', second = '', third = '', ...rest] = url.pathname.split('/').slice(1);
  if (rest.length > 0) return absent();
  switch (first) {
    case '':
      return html(200, listPage(mailbox.list(filter), filter.to ?? ''));
    case 'style.css':
      return { status: 200, type: 'text/css; charset=utf-8', body: style };
    case 'readyz':
      return json(200, { status: 'ready' });
    case 'messages':
      return messageReply(mailbox.find(second), third);
    case 'api':
      return second === 'messages' ? apiReply(mailbox, filter, third) : absent();
    default:
      return absent();
  }
}

function messageReply(message: Message | null, part: string): Reply {
  if (message === null) return absent();
  if (part === '') return html(200, messagePage(message));
  // Links open beside the inbox and not in its frame.
  if (part === 'html') return { ...html(200, `<base target="_blank">${message.html}`), policy: mailPolicy };
  return absent();
}

function apiReply(
  mailbox: Mailbox,
  filter: { to?: string | undefined; subject?: string | undefined },
  id: string,
): Reply {
  if (id === '') {
    const data = mailbox
      .list(filter)
      .map(({ id, receivedAt, to, from, subject }) => ({ id, receivedAt, to, from, subject }));
    return json(200, { data });
  }
  const message = mailbox.find(id);
  return message === null ? json(404, { error: 'no such message' }) : json(200, message);
}

function html(status: number, body: string): Reply {
  return { status, type: 'text/html; charset=utf-8', body };
}

function json(status: number, body: unknown): Reply {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

function absent(): Reply {
  return html(404, absentPage());
}
