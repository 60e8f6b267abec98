import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rootFolder } from './root-folder.ts';

const run = promisify(execFile);
const cli = join(rootFolder, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');

/** A small house that breaks no rule. */
const sound: Record<string, string> = {
  'packages/errors/src/index.ts': `export const errors = 1;`,
  'packages/http/src/index.ts': `import { errors } from '@pcft/errors';\nexport const http = errors;`,
  'packages/testing/src/index.ts': `export const testing = 1;`,
  'services/alpha/src/main.ts': `import { http } from '@pcft/http';\nimport { rule } from './rule.ts';\nvoid [http, rule];`,
  'services/alpha/src/rule.ts': `export const rule = 1;`,
  'services/beta/src/main.ts': `import { errors } from '@pcft/errors';\nvoid errors;`,
  'gateway/src/main.ts': `import { errors } from '@pcft/errors';\nvoid errors;`,
  'infra/start.ts': `import { errors } from '@pcft/errors';\nvoid errors;`,
};

/** One planted violation per rule: the file it stands in, its text, and the rule that has to find it. */
const planted: [rule: string, path: string, text: string][] = [
  ['service-imports-service', 'services/alpha/src/a.ts', `import '../../beta/src/main.ts';`],
  [
    'service-or-gateway-reached-from-outside',
    'packages/http/src/b.ts',
    `import '../../../services/alpha/src/rule.ts';`,
  ],
  ['service-or-gateway-reached-from-outside', 'infra/b.ts', `import '../gateway/src/main.ts';`],
  ['gateway-and-services-apart', 'gateway/src/c.ts', `import '../../services/alpha/src/rule.ts';`],
  ['infra-from-the-product', 'packages/http/src/d.ts', `import '../../../infra/start.ts';`],
  ['infra-from-the-product', 'services/alpha/src/d.ts', `import '../../../infra/start.ts';`],
  [
    'errors-imports-upwards',
    'packages/errors/src/e.ts',
    `import type { http } from '@pcft/http';\nexport type E = typeof http;`,
  ],
  ['deep-import', 'services/alpha/src/f.ts', `import '../../../packages/http/src/deep.ts';`],
  ['testing-in-the-product', 'services/alpha/src/g.ts', `import '@pcft/testing';`],
  ['junk-drawer', 'services/alpha/src/h.ts', `import './utils/h.ts';`],
  ['junk-drawer', 'services/beta/src/h.ts', `import './helper.ts';`],
  ['cycle', 'services/alpha/src/i.ts', `import './j.ts';\nexport const i = 1;`],
  ['orphan', 'services/alpha/src/lonely.ts', `export const lonely = 1;`],
  ['unresolvable', 'services/alpha/src/k.ts', `import 'left-pad';`],
  [
    'package-without-a-level',
    'packages/novel/src/index.ts',
    `import { errors } from '@pcft/errors';\nexport const l = errors;`,
  ],
];

/** What the planted files lean on. */
const props: Record<string, string> = {
  'packages/http/src/deep.ts': `export const deep = 1;`,
  'services/alpha/src/utils/h.ts': `export const h = 1;`,
  'services/beta/src/helper.ts': `export const h = 1;`,
  'services/alpha/src/j.ts': `import './i.ts';\nexport const j = 1;`,
};

interface Violation {
  from: string;
  rule: { name: string };
}

describe('boundaries', () => {
  let folder: string;
  let inSoundHouse: string[];
  let afterPlanting: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pcft-boundaries-'));
    for (const file of ['.dependency-cruiser.mjs', 'tsconfig.json'])
      cpSync(join(rootFolder, file), join(folder, file));
    put(sound);
    for (const name of ['errors', 'http', 'testing']) {
      put({
        [`packages/${name}/package.json`]: JSON.stringify({
          name: `@pcft/${name}`,
          type: 'module',
          exports: { '.': './src/index.ts' },
        }),
      });
      mkdirSync(join(folder, 'node_modules', '@pcft'), { recursive: true });
      symlinkSync(join(folder, 'packages', name), join(folder, 'node_modules', '@pcft', name));
    }
    inSoundHouse = await violations();
    put(props);
    put(Object.fromEntries(planted.map(([, path, text]) => [path, text])));
    afterPlanting = await violations();
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are kept by a sound house', () => expect(inSoundHouse).toEqual([]));

  it.each(planted)('%s is found in %s', (rule, path) => {
    expect(afterPlanting).toContain(`${rule} in ${path}`);
  });

  function put(files: Record<string, string>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), `${text}\n`);
    }
  }

  async function violations(): Promise<string[]> {
    const roots = ['services', 'gateway', 'packages', 'infra'];
    const args = [cli, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...roots];
    const { stdout, stderr } = await run(process.execPath, args, { cwd: folder, maxBuffer: 1 << 26 }).catch(
      (error: unknown) => error as { stdout: string; stderr: string }, // it exits with the number of errors
    );
    if (stdout === '') throw new Error(stderr);
    const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[] } };
    return summary.violations.map(({ from, rule }) => `${rule.name} in ${from}`);
  }
});
