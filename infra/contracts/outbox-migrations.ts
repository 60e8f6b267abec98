import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { services } from '../stack/services.ts';
import { rootFolder } from '../root-folder.ts';

/** Services whose migrations do not create the outbox table exactly as packages/events writes it. */
export function outboxFaults(): string[] {
  const outbox = readFileSync(join(rootFolder, 'packages', 'events', 'outbox.sql'), 'utf8').trim();
  return services
    .filter(({ folder }) => !migrationTexts(join(rootFolder, folder)).some((text) => text.includes(outbox)))
    .map(({ folder }) => `${folder}: no migration contains packages/events/outbox.sql`);
}

function migrationTexts(folder: string): string[] {
  const migrations = join(folder, 'prisma', 'migrations');
  if (!existsSync(migrations)) return [];
  return readdirSync(migrations, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readFileSync(join(migrations, name, 'migration.sql'), 'utf8'));
}
