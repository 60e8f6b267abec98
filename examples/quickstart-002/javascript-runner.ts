import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { GuideAnswer, LanguageRunner } from './guide-answer.ts';
import { runProgram } from './run-program.ts';

/** Runs each block as a module of its own in a Node process of its own: blocks declare the same names anew. */
export function createJavaScriptRunner(folder: string): LanguageRunner {
  const program = join(folder, 'step.mjs');
  const answers = join(folder, 'answers.jsonl');
  const recorder = pathToFileURL(join(import.meta.dirname, 'record-fetch.ts')).href;
  return {
    async run(text, apiKey) {
      writeFileSync(program, text);
      rmSync(answers, { force: true });
      await runProgram({
        command: process.execPath,
        args: ['--import', recorder, program],
        env: { PATH: process.env['PATH'], GUIDE_FOLDER: folder, ...(apiKey && { API_KEY: apiKey }) },
        cwd: folder,
      });
      if (!existsSync(answers)) return [];
      return readFileSync(answers, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as GuideAnswer);
    },
    close: async () => undefined,
  };
}
