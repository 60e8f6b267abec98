import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, tokenIn, uniqueName, type Suite } from '@pcft/testing';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareAnswer } from '../examples/documents/compare-answer.ts';
import { checkClaims } from '../examples/quickstart-002/check-claims.ts';
import { extractGuide, languages, programsOf, responseOf } from '../examples/quickstart-002/extract-guide.ts';
import { examplesOfTheGuide, fillIn } from '../examples/quickstart-002/fill-in.ts';
import { findPython, type Python } from '../examples/quickstart-002/find-python.ts';
import { followGuide, readGuide, type FollowedGuide } from '../examples/quickstart-002/follow-guide.ts';
import { cacheFolder } from '../infra/root-folder.ts';

const folder = join(import.meta.dirname, '..', 'examples', 'quickstart-002');
const document = readFileSync(join(folder, 'document.txt'), 'utf8');
const guide = readGuide();

let suite: Suite;
let python: Python;
beforeAll(async () => {
  suite = await connectSuite();
  python = await findPython(cacheFolder);
}, 120_000);
afterAll(() => suite.close());

describe('the programs of the guide', () => {
  it('are four of each language and two printed responses, and nothing of the document is lost', () => {
    expect(languages.map((language) => programsOf(guide, language).length)).toEqual([4, 4, 4]);
    expect(guide.filter(({ kind }) => kind === 'response')).toHaveLength(2);
    expect(guide.map(({ text }) => text).join('')).toBe(document);
  });

  it('leave no program in the prose', () => {
    const prose = guide.flatMap((piece) => (piece.kind === 'prose' ? [piece.text] : [])).join('');
    expect(prose).not.toMatch(/^(curl |import |const |\}\)|-H )/m);
  });

  it.each([
    ['curl', (text: string) => spawnSync('bash', ['-n'], { input: text })],
    [
      'javascript',
      (text: string) => spawnSync(process.execPath, ['--check', '--input-type=module', '-'], { input: text }),
    ],
    [
      'python',
      (text: string) =>
        spawnSync(python.command, ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], {
          input: text,
          env: python.env,
        }),
    ],
  ] as const)('are whole: each in %s parses, and nothing stands behind its end', (language, parse) => {
    for (const program of programsOf(guide, language)) {
      const { status, stderr } = parse(program);
      expect([status, stderr.toString()]).toEqual([0, '']);
      // What ends in a comment would parse with a sentence of the prose glued to it.
      expect(program).toMatch(/(['");]|store it now|shown once)\s*$/);
    }
  });

  it('print answers that are JSON', () => {
    expect(responseOf(guide, 3)).toMatchObject({ message: 'API key created' });
    expect(responseOf(guide, 4)).toMatchObject({ message: 'User fetched successfully' });
  });

  it('change in nothing but the values of the reader', () => {
    const reader = { host: 'http://h', email: 'e@x', apiKey: 'ba_k', organizationId: '01ORG' };
    for (const language of languages)
      for (const program of programsOf(guide, language)) {
        let back = fillIn(program, reader);
        for (const name of ['host', 'email', 'apiKey', 'organizationId'] as const)
          back = back.replaceAll(reader[name], examplesOfTheGuide[name]);
        expect(back).toBe(program);
      }
  });

  it('are not found in a document that lost a seam', () => {
    expect(() => extractGuide(document.replace('json();import requests', 'json();'))).toThrow(/step 1/);
  });
});

describe('the comparison', () => {
  const printed = responseOf(guide, 3) as { data: object };

  it.each<[string, unknown]>([
    ['a field too many', { ...printed, extra: 1 }],
    ['a field too few', { ...printed, data: { ...printed.data, scopes: undefined } }],
    ['another order', Object.fromEntries(Object.entries(printed).reverse())],
    ['another constant', { ...printed, status: '200' }],
    ['another text', { ...printed, message: 'API key created.' }],
  ])('sees %s', (_, got) => {
    const faults = (value: unknown) =>
      compareAnswer(printed, JSON.parse(JSON.stringify(value)), {}).filter(({ ok }) => !ok);
    expect(faults(printed)).toEqual([]);
    expect(faults(got)).not.toEqual([]);
  });
});

describe('the guide against the running suite', () => {
  it.each(languages)(
    'in %s: every answer is field by field as printed',
    async (language) => {
      const followed = await followGuide(guide, {
        host: suite.gatewayUrl,
        email: `${uniqueName('person')}@example.com`,
        language,
        python,
        // The guide prints an account whose address is verified: "sends a verification email".
        verify,
      });
      expect(disagreements(followed)).toEqual([]);
      expect(followed.rows.map(({ step, status }) => [step, status])).toEqual([
        [1, 200],
        [2, 200],
        [3, 200],
        [4, 200],
        [4, 200],
      ]);
      // Each row compared its whole envelope, and the printed ones every field of their data.
      expect(followed.rows.map(({ fields }) => fields.length)).toEqual([8, 9, 13, 20, 9]);
      if (language === 'curl') {
        const claims = await checkClaims(followed.reader);
        expect(claims.filter(({ ok }) => !ok)).toEqual([]);
        expect(claims.length).toBeGreaterThan(5);
      }
    },
    60_000,
  );
});

describe('npm run quickstart', () => {
  function run(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
    const child = spawn(process.execPath, [join(folder, 'main.ts')], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    return new Promise((resolve) => {
      child.once('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString() }));
    });
  }

  it('prints a table of all programs, and no secret', async () => {
    const { code, output } = await run({ URL: suite.gatewayUrl });
    expect([code, output]).toEqual([0, expect.stringContaining('Everything is as the guide says.')]);
    for (const language of languages)
      expect(output).toMatch(new RegExp(`^${language} +step 4 +GET /api/user/me +200`, 'm'));
    expect(output).not.toMatch(/ba_[0-9A-Za-z]{36}/);
  }, 60_000);

  it('fails where the answers differ', async () => {
    const { code, output } = await run({ URL: `${suite.gatewayUrl}/nothing` });
    expect([code, output]).toEqual([1, expect.stringContaining('FAILED: step 3 gave no key')]);
  }, 30_000);

  it('fails in one line without a demo', async () => {
    const { code, output } = await run({ DATA_DIR: '/nonexistent' });
    expect(code).toBe(1);
    expect(output.trim()).toMatch(/^FAILED: no URL given[^\n]*$/);
  });
});

async function verify(email: string): Promise<void> {
  const token = tokenIn(await suite.inbox.waitFor({ to: email }));
  const { status } = await suite.call('verifyEmail', { body: { token } });
  if (status !== 200) throw new Error(`verify-email answered ${String(status)}`);
}

function disagreements({ rows }: FollowedGuide): unknown[] {
  return rows.flatMap(({ step, fields }) =>
    fields.filter(({ ok }) => !ok).map((field) => ({ step, ...field })),
  );
}
