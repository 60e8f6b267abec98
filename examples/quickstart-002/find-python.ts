import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { libraryFolders, unpackDebianPackages } from '../../infra/engines/debian-packages.ts';

export interface Python {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
}

/**
 * Python 3.10 or newer with `requests`, which the guide's programs import: the machine's own, else Debian's packages,
 * unpacked without root as the engines are.
 *
 * @throws Error that says what to install
 */
export async function findPython(cacheDir: string, path = process.env['PATH'] ?? ''): Promise<Python> {
  const installed = await probe('python3', { PATH: path });
  if (installed) return installed;
  const root = await unpackDebianPackages(
    { name: 'python', package: 'python3-requests', withDependencies: true },
    cacheDir,
  );
  if (root !== null) {
    const unpacked = join(root, 'usr/bin/python3');
    const env = {
      PATH: path,
      PYTHONPATH: join(root, 'usr/lib/python3/dist-packages'),
      LD_LIBRARY_PATH: [...libraryFolders(root), process.env['LD_LIBRARY_PATH'] ?? '']
        .filter(Boolean)
        .join(delimiter),
    };
    // The package brings an interpreter only where Debian's own is missing.
    const found = existsSync(unpacked)
      ? await probe(unpacked, { ...env, PYTHONHOME: join(root, 'usr') })
      : await probe('/usr/bin/python3', env);
    if (found) return found;
  }
  throw new Error(
    'Python 3.10 or newer with requests is needed: apt-get install python3-requests, and run again',
  );
}

async function probe(command: string, env: NodeJS.ProcessEnv): Promise<Python | null> {
  const script = 'import sys, requests; assert sys.version_info >= (3, 10); print(sys.version.split()[0])';
  try {
    const { stdout } = await promisify(execFile)(command, ['-c', script], { env });
    return { command, env, version: stdout.trim() };
  } catch {
    return null;
  }
}
