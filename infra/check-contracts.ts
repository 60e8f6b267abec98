/**
 * Contract drift: what holds for every declaration, checked without an engine. `--write` renews docs/openapi.json.
 * Exits 1 with one line per finding.
 */
import { allOperations } from '@pcft/contracts';
import { contractRules, secretFields } from './contracts/contract-rules.ts';
import { openApiDrift, openApiFaults, writeOpenApiFile } from './contracts/openapi-file.ts';
import { idempotencyFaults, outboxFaults } from './contracts/outbox-migrations.ts';
import { pinnedSecretFields } from './contracts/pinned-secret-fields.ts';

if (process.argv.includes('--write')) await writeOpenApiFile();

const results: [string, string[]][] = [
  ...contractRules.map(({ name, findings }): [string, string[]] => [name, findings(allOperations)]),
  ['secret fields are the pinned ones', secretDrift()],
  ['the OpenAPI document is valid 3.1', await openApiFaults()],
  ['docs/openapi.json is current', openApiDrift()],
  ['every service has the outbox', outboxFaults()],
  ['every service with idempotent operations has the table of their keys', idempotencyFaults()],
];
for (const [name, findings] of results) for (const finding of findings) console.error(`${name}: ${finding}`);

const count = results.flatMap(([, findings]) => findings).length;
console.log(
  count === 0
    ? `${String(allOperations.length)} operations, ${String(results.length)} rules, no findings`
    : `${String(count)} findings`,
);
process.exitCode = count === 0 ? 0 : 1;

function secretDrift(): string[] {
  const found = secretFields(allOperations);
  return [
    ...found.filter((field) => !pinnedSecretFields.includes(field)).map((field) => `${field} is not pinned`),
    ...pinnedSecretFields.filter((field) => !found.includes(field)).map((field) => `${field} is gone`),
  ];
}
