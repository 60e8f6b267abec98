import { execFile } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { archiveOf, debianRelease, sourceLine } from './debian-sources.ts';

const run = promisify(execFile);

export interface DebianPackagesRequest {
  /** Folder under the cache they are unpacked into, e.g. `redis`. */
  name: string;
  package: string;
  /** Also what the package depends on and this machine lacks. */
  withDependencies: boolean;
  /** A Debian release other than the machine's own; ignored on Ubuntu, which has its own. */
  debianCodename?: string;
}

/**
 * Unpacks a Debian package into `<cacheDir>/<name>` without root and without installing anything: private source
 * list and state, `apt-get download`, `dpkg -x`. Signatures are checked as apt always does.
 *
 * @returns the folder, or `null` when this machine has no apt or the archive cannot be reached (see `apt.log`)
 */
export async function unpackDebianPackages(
  request: DebianPackagesRequest,
  cacheDir: string,
): Promise<string | null> {
  const target = join(cacheDir, request.name);
  if (existsSync(join(target, 'usr'))) return target;
  const release = debianRelease();
  if (release === null) return null;
  const work = join(cacheDir, `${request.name}.${process.pid}`);
  const logFile = join(cacheDir, 'apt.log');
  try {
    for (const folder of ['lists/partial', 'cache/archives/partial', 'debs', 'root']) {
      mkdirSync(join(work, folder), { recursive: true });
    }
    const codename =
      release.id === 'debian' ? (request.debianCodename ?? release.codename) : release.codename;
    writeFileSync(join(work, 'sources.list'), sourceLine(release, archiveOf(release), codename));
    const options = aptOptions(work);
    await run('apt-get', ['update', '-q', ...options], { maxBuffer: 1 << 26 });
    const names = request.withDependencies
      ? await missingPackages(request.package, options)
      : [request.package];
    await run('apt-get', ['download', '-q', ...options, ...names], {
      cwd: join(work, 'debs'),
      maxBuffer: 1 << 26,
    });
    for (const deb of readdirSync(join(work, 'debs'))) {
      await run('dpkg', ['-x', join(work, 'debs', deb), join(work, 'root')]);
    }
    // In one step, so that an interrupted download leaves no half of it; and never over what another start has made
    // meanwhile and runs from: renaming onto a folder that is not empty fails.
    renameSync(join(work, 'root'), target);
    return target;
  } catch (error) {
    if (existsSync(join(target, 'usr'))) return target; // another start was quicker
    appendFileSync(
      logFile,
      `${request.package}: ${String((error as { stderr?: string }).stderr ?? error)}\n`,
    );
    return null;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Folders with shared libraries below an unpacked root, for LD_LIBRARY_PATH. */
export function libraryFolders(root: string): string[] {
  return ['usr/lib', 'lib']
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [folder, ...readdirSync(folder).map((name) => join(folder, name))])
    .filter((folder) => /linux-gnu/.test(folder));
}

function aptOptions(work: string): string[] {
  const settings = [
    `Dir::State=${work}`,
    `Dir::State::lists=${work}/lists`,
    'Dir::State::status=/var/lib/dpkg/status', // what the machine has already need not be fetched
    `Dir::Cache=${work}/cache`,
    `Dir::Etc::sourcelist=${work}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    'Acquire::Languages=none',
    'Acquire::Retries=2',
    'APT::Sandbox::User=root', // apt's own user may not be allowed into this folder
    'Debug::NoLocking=1', // the machine's own apt may be at work; nothing of it is touched
  ];
  return settings.flatMap((setting) => ['-o', setting]);
}

/** The package and those of its dependencies that this machine lacks, by asking apt what it would install. */
async function missingPackages(name: string, options: string[]): Promise<string[]> {
  const { stdout } = await run('apt-get', [
    'install',
    '-qq',
    '--print-uris',
    '--no-install-recommends',
    ...options,
    name,
  ]);
  const names = [...stdout.matchAll(/^'[^']*' ([^_\s]+)_/gm)].map((match) => match[1] ?? '');
  return names.includes(name) ? names : [name, ...names];
}
