import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { openApiDocument } from '@pcft/contracts';
import { Validator } from '@seriousme/openapi-schema-validator';
import { format, resolveConfig } from 'prettier';
import { rootFolder } from '../root-folder.ts';

const path = join(rootFolder, 'docs', 'openapi.json');

/** The document of the whole suite as it is committed. Serves reviewers: a change of the contract shows in the diff. */
function currentDocument(): object {
  // Through JSON, as it is read: symbols and undefined members of schemas are no part of it.
  return JSON.parse(JSON.stringify(openApiDocument({ serverUrl: 'http://localhost:8080' }))) as object;
}

export async function openApiFaults(): Promise<string[]> {
  const { valid, errors } = await new Validator().validate(currentDocument() as Record<string, unknown>);
  if (valid) return [];
  return (Array.isArray(errors) ? errors : [errors]).map((error) => JSON.stringify(error));
}

export function openApiDrift(): string[] {
  const same = isDeepStrictEqual(readCommitted(), currentDocument());
  return same
    ? []
    : ['docs/openapi.json is not what the declarations say; `npm run contracts -- --write` renews it'];
}

export async function writeOpenApiFile(): Promise<void> {
  const options = await resolveConfig(path);
  writeFileSync(path, await format(JSON.stringify(currentDocument()), { ...options, filepath: path }));
}

function readCommitted(): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null; // missing or damaged: both are drift
  }
}
