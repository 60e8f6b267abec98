import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { debianRelease, sourceLine } from './debian-sources.ts';

const folder = mkdtempSync(join(tmpdir(), 'pcft-debian-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function release(text: string, hasApt: boolean) {
  const path = join(folder, 'os-release');
  writeFileSync(path, text);
  return debianRelease(path, () => hasApt);
}

describe('the release of this machine', () => {
  it.each([
    [
      'Debian',
      'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_CODENAME=bookworm\n',
      'debian',
      'bookworm',
    ],
    ['Ubuntu', 'ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME="noble"\n', 'ubuntu', 'noble'],
  ])('is read on %s', (_, text, id, codename) => {
    expect(release(text, true)).toEqual({ id, codename });
  });

  it.each([
    ['another distribution', 'ID=fedora\nVERSION_ID=43\n', true],
    ['a Debian without a codename', 'ID=debian\n', true],
    ['a Debian without apt', 'ID=debian\nVERSION_CODENAME=bookworm\n', false],
  ])('is none on %s', (_, text, hasApt) => {
    expect(release(text, hasApt)).toBeNull();
  });

  it('is none without an os-release', () => {
    expect(debianRelease(join(folder, 'absent'), () => true)).toBeNull();
  });
});

describe('a source line', () => {
  it('never trusts an unsigned archive', () => {
    const line = sourceLine({ id: 'debian', codename: 'bookworm' }, 'http://mirror.example/debian', 'trixie');
    expect(line).toMatch(
      /^deb (\[signed-by=\/usr\/share\/keyrings\/[^\]]+\] )?http:\/\/mirror\.example\/debian trixie main\n$/,
    );
    expect(line).not.toContain('trusted');
  });
});
