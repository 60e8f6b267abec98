/**
 * A local inbox: takes mail over SMTP at `SMTP_PORT`, shows it at `PORT`, delivers it to nobody. For development and
 * tests; `INBOX_HOSTS` names what it may be called in a browser beside localhost.
 */
import { Mailbox } from './mailbox.ts';
import { createSmtpServer } from './receive-mail.ts';
import { createWebServer } from './web.ts';

const host = process.env['HOST'] ?? '127.0.0.1';
const mailbox = new Mailbox(Number(process.env['INBOX_KEEP'] ?? 1_000));
const hosts = ['localhost', '127.0.0.1', '[::1]', ...(process.env['INBOX_HOSTS']?.split(',') ?? [])];

const web = createWebServer(mailbox, hosts);
const smtp = createSmtpServer((message) => mailbox.add(message));
smtp.listen(Number(process.env['SMTP_PORT']), host, () => {
  // Ready means both.
  web.listen(Number(process.env['PORT']), host);
});
process.on('SIGTERM', () => {
  web.closeAllConnections();
  web.close();
  smtp.close(() => process.exit(0));
  setTimeout(() => process.exit(0), 500).unref();
});
