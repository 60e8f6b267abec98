import { readFile } from 'node:fs/promises';
import { keysOf, type CheckpointKeys } from '@pcft/audit-proof';

/** @throws Error where the file is no key set or has no Ed25519 key in it */
export async function readKeys(file: string): Promise<CheckpointKeys> {
  const keys = keysOf(JSON.parse(await readFile(file, 'utf8')));
  if (keys.size === 0) throw new Error('no Ed25519 key in it');
  return keys;
}
