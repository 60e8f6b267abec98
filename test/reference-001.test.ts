import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { allOperations } from '@pcft/contracts';
import { browserOrigin, connectSuite, uniqueName, type Suite } from '@pcft/testing';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareAnswer } from '../examples/documents/compare-answer.ts';
import { rulesOfExamples } from '../examples/reference-001/example-rules.ts';
import {
  endpointsOf,
  errorBodyOf,
  exampleOf,
  extractReference,
} from '../examples/reference-001/extract-reference.ts';
import { examplesOfTheReference, fillIn, fillInRequest } from '../examples/reference-001/fill-in.ts';
import { readReference } from '../examples/reference-001/follow-reference.ts';
import { runReference, type ReferenceResult } from '../examples/reference-001/run-reference.ts';

const folder = join(import.meta.dirname, '..', 'examples', 'reference-001');
const document = readFileSync(join(folder, 'document.txt'), 'utf8');
const reference = readReference();
const titles = reference.flatMap((piece) => (piece.kind === 'request' ? [piece.title] : []));

describe('the pieces of the reference', () => {
  it('are 32 endpoints, 7 examples and the error, and nothing of the document is lost', () => {
    expect(endpointsOf(reference)).toHaveLength(32);
    expect(titles).toHaveLength(7);
    expect(errorBodyOf(reference)).toMatchObject({ error: { code: 'VALIDATION_ERROR' } });
    expect(reference.map(({ text }) => text).join('')).toBe(document);
  });

  it('leave no endpoint, request or body in the prose', () => {
    const prose = reference.flatMap((piece) => (piece.kind === 'prose' ? [piece.text] : [])).join('');
    expect(prose).not.toMatch(/^(\/v1|[{}"]|(GET|POST|PATCH|DELETE) )/m);
  });

  it('name operations of the suite, under the path of the document', () => {
    const shape = (path: string) => path.replaceAll(/:\w+/g, ':');
    const declared = allOperations.flatMap(({ method, aliases }) =>
      aliases.map((alias) => `${method} ${shape(alias)}`),
    );
    for (const { method, path } of endpointsOf(reference))
      expect(declared).toContain(`${method} /heimdall${shape(path)}`);
  });

  it('change in nothing but the values of the reader', () => {
    const reader = { baseUrl: 'http://h', adminKey: 'pcft_live_k', appName: 'mine-1', password: 'pw' };
    for (const title of titles) {
      const { request } = exampleOf(reference, title);
      const filled = fillInRequest(request, reader);
      const back = [filled.target, ...filled.headers.map(String), filled.body ?? '']
        .join('\n')
        .replaceAll(reader.appName, examplesOfTheReference.appName)
        .replaceAll(reader.adminKey, examplesOfTheReference.adminKey)
        .replaceAll('"password": "pw"', examplesOfTheReference.password);
      expect(back).toBe([request.target, ...request.headers.map(String), request.body ?? ''].join('\n'));
    }
    expect(fillIn(document, reader)).not.toMatch(/acme-corp|YOUR_ADMIN_KEY|productcraft/);
  });

  it('are not found in a document that lost a seam', () => {
    expect(() => extractReference(document.replace('}Response\n{', '}\n{'))).toThrow(SyntaxError);
    expect(() => extractReference(document.replace('appsCreate a', 'appsConjure a'))).toThrow(/no method/);
  });
});

describe('the comparison', () => {
  const printed = exampleOf(reference, 'Create service credentials').response as Record<string, unknown>;
  const good = {
    ...printed,
    id: 'cred_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V',
    app_id: 'app_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V',
    client_id: 'svc_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V',
    client_secret: `sk_live_${'a'.repeat(36)}`,
    created_at: new Date().toISOString(),
  };
  const faults = (got: unknown) =>
    compareAnswer(printed, got, rulesOfExamples(printed), { additional: 'listed' }).filter(({ ok }) => !ok);

  it('lists fields besides the printed ones', () => {
    expect(faults({ ...good, more: 1 })).toEqual([]);
    const names = compareAnswer(printed, { ...good, more: 1 }, {}, { additional: 'listed' });
    expect(names[0]?.additional).toEqual(['more']);
  });

  it.each([
    ['another prefix', { id: 'key_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V' }],
    ['the example itself', { client_secret: 'sk_live_01HQ3...' }],
    ['a time without a zone', { created_at: '2026-02-20T10:05:00' }],
    ['a time that is long ago', { created_at: '2026-02-20T10:05:00Z' }],
    ['another literal', { name: 'Billing' }],
    ['a text for a list', { permissions: 'billing:read,billing:write' }],
    ['a field too few', { permissions: undefined }],
  ])('sees %s', (_, change) => {
    expect(faults(JSON.parse(JSON.stringify({ ...good, ...change })))).not.toEqual([]);
  });

  it('sees an element of a list that differs, and an empty list', () => {
    const one = { data: [{ name: 'a' }] };
    const ok = (got: unknown) => compareAnswer(one, got, {}).every((field) => field.ok);
    expect([ok(one), ok({ data: [{ name: 'a' }, { name: 'b' }] }), ok({ data: [] })]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('the reference against the running suite', () => {
  /** The limits as documented: those of the run are raised. */
  const limits = { LIMIT_ADMIN: '100', LIMIT_TOKEN: '300', LIMIT_AUTHORIZE: '1000' };
  const instances: { name: string; url: string }[] = [];
  let suite: Suite;
  let url: string;
  let adminKey: string;
  let result: ReferenceResult;

  beforeAll(async () => {
    suite = await connectSuite();
    const [admin, tokens, audit] = await Promise.all(
      ['heimdall-admin', 'tokens', 'audit'].map(async (name) => {
        const instance = await suite.control.startInstance(name, limits);
        instances.push(instance);
        return instance;
      }),
    );
    const gateway = await suite.control.startInstance('gateway', {
      UPSTREAM_HEIMDALL_ADMIN: admin?.url ?? '',
      UPSTREAM_TOKENS: tokens?.url ?? '',
      UPSTREAM_AUDIT: audit?.url ?? '',
    });
    instances.push(gateway);
    url = gateway.url;
    adminKey = (await suite.createOwner()).pat;
    const publicUrl = browserOrigin(suite.gatewayUrl);
    result = await runReference({ url, publicUrl, adminKey, appName: uniqueName('acme') });
  }, 180_000);
  afterAll(async () => {
    for (const { name } of instances.reverse()) await suite.control.stop(name);
    await suite.close();
  });

  it('answers every request field by field as printed', () => {
    const faults = result.rows.flatMap(({ sent, fields }) =>
      fields.filter(({ ok }) => !ok).map((field) => ({ sent, ...field })),
    );
    expect(faults).toEqual([]);
  });

  it('has a row for every endpoint, and one for every printed request', () => {
    const name = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;
    const asked = new Set(result.rows.map(({ endpoint }) => name(endpoint)));
    expect([...asked]).toEqual(endpointsOf(reference).map(name));
    const printed = new Set(
      result.rows.filter(({ request }) => request === 'printed').map(({ endpoint }) => name(endpoint)),
    );
    expect(printed.size).toBe(7);
  });

  it('keeps what it says in prose', () => {
    expect(result.claims.filter(({ ok }) => !ok)).toEqual([]);
    expect(result.claims.length).toBeGreaterThan(25);
  });

  describe('npm run reference-001', () => {
    const run = async (env: Record<string, string>) => {
      const child = spawn(process.execPath, [join(folder, 'main.ts')], {
        env: { PATH: process.env['PATH'], ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const chunks: Buffer[] = [];
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      const code = await new Promise((resolve) => child.once('close', resolve));
      return { code, output: Buffer.concat(chunks).toString() };
    };

    it('prints a row for every endpoint and no secret, and fails where limits are not the documented ones', async () => {
      const fresh = await suite.createOwner();
      const { code, output } = await run({
        URL: suite.gatewayUrl,
        ADMIN_KEY: fresh.pat,
        PUBLIC_URL: browserOrigin(suite.gatewayUrl),
      });
      expect([code, output]).toEqual([1, expect.stringContaining('The answers differ from the reference.')]);
      for (const { method, path } of endpointsOf(reference)) expect(output).toContain(`${method} ${path}  `);
      expect(output).toContain('(X-RateLimit-Limit): expected 100, got 1000000');
      expect(output).not.toMatch(/(sk_live|pcft_live|inv_tok|rt)_\w{30}|eyJ[\w-]{40}/);
    }, 60_000);

    it('fails in one line without an admin key', async () => {
      const { code, output } = await run({ URL: suite.gatewayUrl });
      expect([code, output.trim()]).toEqual([1, expect.stringMatching(/^FAILED: URL is given[^\n]*$/)]);
    });
  });
});
