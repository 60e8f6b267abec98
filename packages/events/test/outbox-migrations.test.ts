import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const services = join(import.meta.dirname, '..', '..', '..', 'services');
const reference = statements(readFileSync(join(import.meta.dirname, '..', 'outbox.sql'), 'utf8'));

/** Without comments and layout, so that only what PostgreSQL reads is compared. */
function statements(sql: string): string {
  return sql.replace(/--.*$/gm, '').replace(/\s+/g, ' ').trim();
}

describe.each(readdirSync(services))('the migrations of %s', (service) => {
  it('make the outbox as packages/events/outbox.sql does', () => {
    const folder = join(services, service, 'prisma', 'migrations');
    const migrations = existsSync(folder)
      ? readdirSync(folder)
          .map((name) => join(folder, name, 'migration.sql'))
          .filter((file) => existsSync(file))
      : [];
    expect(migrations.map((file) => statements(readFileSync(file, 'utf8'))).join(' ')).toContain(reference);
  });
});
