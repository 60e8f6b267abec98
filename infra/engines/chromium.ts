import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { libraryFolders, unpackDebianPackages } from './debian-packages.ts';
import { findBinary } from './find-binary.ts';

/** A browser that can be started: where it is, and the environment in which it finds its libraries and fonts. */
export interface Chromium {
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Chromium from the PATH, or unpacked from its Debian packages into the cache: about 100 MB once, nothing installed.
 * `null` when this machine can have none (`apt.log` in the cache says why).
 */
export async function findChromium(cacheDir: string): Promise<Chromium | null> {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    const path = findBinary(name, ['/usr/bin']);
    if (path !== null && runs({ path, env: process.env })) return { path, env: process.env };
  }
  mkdirSync(cacheDir, { recursive: true });
  const root = await unpackDebianPackages(
    { name: 'chromium', package: 'chromium', withDependencies: true },
    cacheDir,
  );
  if (root === null) return null;
  // Not usr/bin/chromium, which is a script that reads /etc/chromium.d.
  const browser = { path: join(root, 'usr/lib/chromium/chromium'), env: environment(root, cacheDir) };
  return runs(browser) ? browser : null;
}

function environment(root: string, cacheDir: string): NodeJS.ProcessEnv {
  const libraries = libraryFolders(root)
    // Some packages keep libraries in a folder of their own below, which they would find if they were installed.
    .flatMap((folder) => [folder, ...foldersOfLibraries(folder)]);
  const given = process.env['LD_LIBRARY_PATH'] ?? '';
  return {
    ...process.env,
    LD_LIBRARY_PATH: [...libraries, given].filter((path) => path !== '').join(delimiter),
    FONTCONFIG_FILE: fontConfiguration(root, cacheDir),
  };
}

function foldersOfLibraries(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name))
    .filter((path) => readdirSync(path).some((name) => /\.so(\.|$)/.test(name)));
}

/** Fonts of the machine and those that were unpacked; a machine without fontconfig has no file that says so. */
function fontConfiguration(root: string, cacheDir: string): string {
  const path = join(cacheDir, 'fonts.conf');
  const folders = ['/usr/share/fonts', join(root, 'usr/share/fonts')].filter((folder) => existsSync(folder));
  const text = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
${folders.map((folder) => `  <dir>${folder}</dir>`).join('\n')}
  <cachedir>${join(cacheDir, 'fontconfig')}</cachedir>
</fontconfig>
`;
  writeFileSync(path, text);
  return path;
}

function runs({ path, env }: Chromium): boolean {
  try {
    execFileSync(path, ['--version'], { env, stdio: 'ignore', timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}
