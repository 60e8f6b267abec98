import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from '../../infra/root-folder.ts';

/** The suite to run a document against. */
export interface FoundSuite {
  /** Origin without a slash at its end. */
  readonly url: string;
  /** A PAT that may do everything in its workspace; null where only a URL was given. */
  readonly pat: string | null;
}

/** The one that URL (and ADMIN_KEY) name, else the demo that `npm start` made. @throws Error when there is neither */
export function findSuite(): FoundSuite {
  const [given = '', key = ''] = [process.env['URL'], process.env['ADMIN_KEY']];
  if (given !== '') return { url: given.replace(/\/+$/, ''), pat: key === '' ? null : key };
  const path = join(process.env['DATA_DIR'] ?? join(rootFolder, '.data'), 'demo.json');
  if (!existsSync(path)) throw new Error(`no URL given, and no demo at ${path}: run npm start first`);
  const { url, pat } = JSON.parse(readFileSync(path, 'utf8')) as { url: string; pat: { secret: string } };
  return { url, pat: pat.secret };
}
