import { createHash } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openFolder } from './postgres-binaries.ts';
import { mayEnter, postgresUser, type SystemUser } from './system-user.ts';

export interface PostgresFolder {
  path: string;
  /** Whom the server runs as; `null`: ourselves. */
  user: SystemUser | null;
  /** Major version of the cluster that is in it; `null` while there is none. */
  major: number | null;
}

/**
 * Where the cluster of a data directory lies: in it, or, when we are root and PostgreSQL's user may not enter it,
 * in a folder of its own that a note in the data directory names.
 */
export function postgresFolder(dataDir: string): PostgresFolder {
  const inside = join(dataDir, 'postgres');
  const user = ownerOf(inside) ?? postgresUser();
  if (user === null) return describe(inside, null);
  const outside = outsideFolder(dataDir);
  const useOutside =
    outside !== null && !existsSync(join(inside, 'PG_VERSION'))
      ? existsSync(join(outside, 'PG_VERSION')) || !mayEnter(user, dataDir)
      : false;
  if (outside !== null && useOutside) {
    writeFileSync(join(dataDir, 'postgres-lies-in'), `${outside}\n`);
    return describe(outside, ownerOf(outside) ?? user);
  }
  if (!mayEnter(user, dataDir)) {
    throw new Error(
      `the user PostgreSQL runs as may not enter ${dataDir} any more: open it (chmod a+x) and its parents`,
    );
  }
  return describe(inside, user);
}

/** Makes the empty folder for initdb, closed to all but its user. */
export function makePostgresFolder(folder: PostgresFolder): void {
  mkdirSync(folder.path, { recursive: true, mode: 0o700 });
  if (folder.user !== null) chownSync(folder.path, folder.user.uid, folder.user.gid);
}

/** Removes the cluster of a data directory wherever it lies. It must not be running. */
export function removePostgresFolder(dataDir: string): void {
  rmSync(join(dataDir, 'postgres'), { recursive: true, force: true });
  const outside = process.getuid?.() === 0 ? outsideFolder(dataDir) : null;
  if (outside !== null) rmSync(outside, { recursive: true, force: true });
}

function outsideFolder(dataDir: string): string {
  return join(openFolder(), createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
}

function describe(path: string, user: SystemUser | null): PostgresFolder {
  const version = join(path, 'PG_VERSION');
  return {
    path,
    user,
    major: existsSync(version) ? Number.parseInt(readFileSync(version, 'utf8'), 10) : null,
  };
}

/** Root runs an existing cluster as whoever owns it, be it made by an earlier run without root. */
function ownerOf(folder: string): SystemUser | null {
  if (process.getuid?.() !== 0 || !existsSync(folder)) return null;
  const { uid, gid } = statSync(folder);
  return uid === 0 ? null : { uid, gid };
}
