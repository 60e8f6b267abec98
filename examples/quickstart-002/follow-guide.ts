import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { compareAnswer, type FieldResult } from '../documents/compare-answer.ts';
import { createCurlRunner } from './curl-runner.ts';
import { expectedAnswers, type ExpectedAnswer } from './expected-answers.ts';
import { extractGuide, programsOf, type Language, type Piece } from './extract-guide.ts';
import { fillIn, type Reader } from './fill-in.ts';
import type { Python } from './find-python.ts';
import type { GuideAnswer, LanguageRunner } from './guide-answer.ts';
import { createJavaScriptRunner } from './javascript-runner.ts';
import { createPythonRunner } from './python-runner.ts';

/** One request of one program, and how its answer compares with the guide. */
export interface GuideRow {
  readonly language: Language;
  readonly step: number;
  readonly request: string;
  readonly status: number;
  readonly fields: readonly FieldResult[];
}

export interface FollowOptions {
  readonly host: string;
  readonly email: string;
  readonly language: Language;
  readonly python: Python;
  /** Opens the link of the verification mail, if there is an inbox to find it in. */
  readonly verify?: (email: string) => Promise<void>;
  readonly onWait?: (seconds: number) => void;
}

/** What a run leaves: its rows, and the reader with key and organization for what else the guide says. */
export interface FollowedGuide {
  readonly rows: readonly GuideRow[];
  readonly reader: Reader;
}

export function readGuide(): Piece[] {
  return extractGuide(readFileSync(join(import.meta.dirname, 'document.txt'), 'utf8'));
}

/** Runs the four steps of the guide in one language, each program as printed but for the reader's own values. */
export async function followGuide(guide: readonly Piece[], options: FollowOptions): Promise<FollowedGuide> {
  const folder = mkdtempSync(join(tmpdir(), 'quickstart-'));
  const runner = createRunner(options, folder);
  const rows: GuideRow[] = [];
  let reader: Reader = { host: options.host, email: options.email, apiKey: '', organizationId: '' };
  try {
    for (const [index, program] of programsOf(guide, options.language).entries()) {
      const step = index + 1;
      if (step === 4) reader = { ...reader, organizationId: await firstOrganization(reader) };
      const answers = await runWithinLimits(runner, fillIn(program, reader), reader.apiKey, options.onWait);
      const expected = expectedAnswers(guide, step, reader, options.verify !== undefined);
      rows.push(...expected.map((wanted, at) => compareRow(options.language, step, wanted, answers[at])));
      if (answers.length > expected.length)
        throw new Error(`step ${String(step)} sent more requests than expected`);
      if (step === 1) await options.verify?.(options.email);
      if (step === 3) reader = { ...reader, apiKey: keyOf(answers[0]) };
    }
    return { rows, reader };
  } finally {
    await runner.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function createRunner({ language, python }: FollowOptions, folder: string): LanguageRunner {
  switch (language) {
    case 'curl':
      return createCurlRunner(folder);
    case 'javascript':
      return createJavaScriptRunner(folder);
    case 'python':
      return createPythonRunner(folder, python);
  }
}

/** The guide's own limits are few calls a minute: who is told to wait waits, and runs the program again. */
async function runWithinLimits(
  runner: LanguageRunner,
  program: string,
  apiKey: string,
  onWait: FollowOptions['onWait'],
): Promise<GuideAnswer[]> {
  for (let attempt = 1; ; attempt++) {
    const answers = await runner.run(program, apiKey);
    const limited = answers.find(({ status }) => status === 429);
    if (!limited || attempt === 5) return answers;
    const seconds = Number(limited.headers['retry-after'] ?? 1);
    onWait?.(seconds);
    await delay(seconds * 1000 + 100);
  }
}

function compareRow(
  language: Language,
  step: number,
  wanted: ExpectedAnswer,
  answer: GuideAnswer | undefined,
): GuideRow {
  const request = `${wanted.method} ${wanted.path}`;
  if (!answer) {
    const missing = { field: '(request)', expected: request, got: 'not sent', ok: false };
    return { language, step, request, status: 0, fields: [missing] };
  }
  const sent = `${answer.method} ${answer.path}`;
  const cookie = answer.headers['set-cookie'] !== undefined;
  const around: FieldResult[] = [
    { field: '(request)', expected: request, got: sent, ok: sent === request },
    { field: '(status)', expected: '200', got: String(answer.status), ok: answer.status === 200 },
    ...(wanted.setsCookie
      ? [{ field: '(Set-Cookie)', expected: 'a cookie', got: cookie ? 'a cookie' : 'none', ok: cookie }]
      : []),
  ];
  const fields = [...around, ...compareAnswer(wanted.body, parse(answer.text), wanted.rules)];
  return { language, step, request, status: answer.status, fields };
}

/** "Get yours from GET /api/user/organizations." */
async function firstOrganization({ host, apiKey }: Reader): Promise<string> {
  const response = await fetch(`${host}/api/user/organizations`, { headers: { 'X-Api-Key': apiKey } });
  const body = (await response.json()) as { data?: { id: string }[] };
  const id = body.data?.[0]?.id;
  if (id === undefined) throw new Error(`GET /api/user/organizations answered ${String(response.status)}`);
  return id;
}

/** "The full token value is returned exactly once; store it immediately." */
function keyOf(answer: GuideAnswer | undefined): string {
  const body = parse(answer?.text ?? '') as { data?: { key?: string } } | undefined;
  const key = body?.data?.key;
  if (key === undefined) throw new Error(`step 3 gave no key: ${answer?.text ?? 'no answer'}`);
  return key;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
