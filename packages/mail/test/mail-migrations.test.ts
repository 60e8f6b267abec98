import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const services = join(import.meta.dirname, '..', '..', '..', 'services');
const reference = statements(readFileSync(join(import.meta.dirname, '..', 'mail.sql'), 'utf8'));

/** Without comments and layout, so that only what PostgreSQL reads is compared. */
function statements(sql: string): string {
  return sql.replace(/--.*$/gm, '').replace(/\s+/g, ' ').trim();
}

/** Services that send mail: those whose package names this one. */
const senders = readdirSync(services).filter((service) =>
  readFileSync(join(services, service, 'package.json'), 'utf8').includes('"@pcft/mail"'),
);

describe('services that send mail', () => {
  it('are some', () => expect(senders).toContain('platform'));

  it.each(senders)('%s makes the queue as packages/mail/mail.sql does', (service) => {
    const folder = join(services, service, 'prisma', 'migrations');
    const texts = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => statements(readFileSync(join(folder, name, 'migration.sql'), 'utf8')));
    expect(texts.join(' ')).toContain(reference);
  });
});
