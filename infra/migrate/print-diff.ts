/** What is missing between a development database and schema.prisma: `node infra/migrate/print-diff.ts <service>`. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rootFolder } from '../root-folder.ts';
import type { EngineUrls } from '../stack/engine-urls.ts';
import { services } from '../stack/services.ts';
import { schemaDrift } from './schema-drift.ts';

const service = services.find(({ name }) => name === process.argv[2]);
if (service === undefined) throw new Error(`name one of ${services.map(({ name }) => name).join(', ')}`);
const dataDir = resolve(process.env['DATA_DIR'] ?? join(rootFolder, '.data', 'dev'));
const { urls } = JSON.parse(readFileSync(join(dataDir, 'stack.json'), 'utf8')) as { urls: EngineUrls };
const sql = await schemaDrift(urls.ownerDatabase[service.database] ?? '', join(rootFolder, service.folder));
console.log(sql === '' ? '-- nothing is missing' : sql);
