import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Python } from './find-python.ts';
import type { GuideAnswer, LanguageRunner } from './guide-answer.ts';

/** Runs the blocks in one Python process, as a reader would type them into one file. */
export function createPythonRunner(folder: string, python: Python): LanguageRunner {
  const child = spawn(python.command, [join(import.meta.dirname, 'run_steps.py')], {
    cwd: folder,
    env: python.env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(program, apiKey) {
      child.stdin.write(`${JSON.stringify({ program, api_key: apiKey })}\n`);
      const line = await lines.next();
      if (line.done) throw new Error('Python ended before the program did');
      const { answers, error } = JSON.parse(line.value) as { answers?: GuideAnswer[]; error?: string };
      if (!answers) throw new Error(error);
      return answers;
    },
    async close() {
      if (child.exitCode !== null) return;
      child.stdin.end();
      await once(child, 'close');
    },
  };
}
