import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { findBinary } from './find-binary.ts';

export interface DebianRelease {
  /** `debian`, `ubuntu`, … as in os-release. */
  id: string;
  codename: string;
}

/** The Debian or Ubuntu this machine runs; `null` on anything else or without apt. */
export function debianRelease(osRelease = '/etc/os-release', hasApt = isAptInstalled): DebianRelease | null {
  if (!existsSync(osRelease) || !hasApt()) return null;
  const fields = new Map(
    readFileSync(osRelease, 'utf8')
      .split('\n')
      .map((line) => line.split('=', 2) as [string, string | undefined])
      .map(([key, value]) => [key, (value ?? '').replace(/^"|"$/g, '')] as const),
  );
  const id = fields.get('ID') ?? '';
  const codename = fields.get('VERSION_CODENAME') ?? '';
  return (id === 'debian' || id === 'ubuntu') && codename !== '' ? { id, codename } : null;
}

function isAptInstalled(): boolean {
  return findBinary('apt-get', ['/usr/bin']) !== null && findBinary('dpkg', ['/usr/bin']) !== null;
}

/**
 * The archive this machine takes `release` from, by asking apt what it would fetch; so a mirror or proxy that its
 * owner configured is used here too.
 *
 * @throws Error where apt has no source to be asked
 */
export function archiveOf(release: DebianRelease): string {
  const printed = execFileSync('apt-get', ['update', '--print-uris', '-o', 'Debug::NoLocking=1'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const match = new RegExp(`^'([^']+?)/?/dists/${release.codename}/(?:InRelease|Release)'`, 'm').exec(
    printed,
  );
  if (match?.[1] !== undefined) return match[1];
  throw new Error(`apt has no source for ${release.codename}: add one to its sources`);
}

/** A one-line source for `codename`, checked against the distribution's own keys; never an unsigned one. */
export function sourceLine(release: DebianRelease, archive: string, codename: string): string {
  const keyring = [
    `/usr/share/keyrings/${release.id}-archive-keyring.gpg`,
    `/usr/share/keyrings/${release.id}-archive-keyring.pgp`,
  ].find((path) => existsSync(path));
  const components = release.id === 'ubuntu' ? 'main universe' : 'main';
  return `deb ${keyring === undefined ? '' : `[signed-by=${keyring}] `}${archive} ${codename} ${components}\n`;
}
