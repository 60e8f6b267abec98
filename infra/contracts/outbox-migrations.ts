import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operationsByService, type Operation } from '@pcft/contracts';
import { services } from '../stack/services.ts';
import { rootFolder } from '../root-folder.ts';

/** Services whose migrations do not create the outbox table exactly as packages/events writes it. */
export function outboxFaults(): string[] {
  const outbox = readFileSync(join(rootFolder, 'packages', 'events', 'outbox.sql'), 'utf8').trim();
  return services
    .filter(({ folder }) => !migrationTexts(join(rootFolder, folder)).some((text) => text.includes(outbox)))
    .map(({ folder }) => `${folder}: no migration contains packages/events/outbox.sql`);
}

/** Services with idempotent operations whose migrations do not create the table of their keys as packages/http writes it. */
export function idempotencyFaults(): string[] {
  const table = readFileSync(join(rootFolder, 'packages', 'http', 'idempotency.sql'), 'utf8').trim();
  const keyed = services.filter(({ name }) => {
    const operations: readonly Operation[] = Object.values(operationsByService[name]);
    return operations.some(({ idempotent }) => idempotent);
  });
  return keyed
    .filter(({ folder }) => !migrationTexts(join(rootFolder, folder)).some((text) => text.includes(table)))
    .map(({ folder }) => `${folder}: no migration contains packages/http/idempotency.sql`);
}

function migrationTexts(folder: string): string[] {
  const migrations = join(folder, 'prisma', 'migrations');
  if (!existsSync(migrations)) return [];
  return readdirSync(migrations, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readFileSync(join(migrations, name, 'migration.sql'), 'utf8'));
}
