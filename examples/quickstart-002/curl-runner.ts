import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GuideAnswer, LanguageRunner } from './guide-answer.ts';
import { runProgram } from './run-program.ts';

/** Stands behind every answer; no JSON contains it. */
const endMark = '\u0003';

/**
 * Runs shell blocks as they are, in one folder, so that `cookies.txt` of one step is there in the next. A `.curlrc`
 * makes curl print heads and ends as well; the commands themselves are untouched.
 */
export function createCurlRunner(folder: string): LanguageRunner {
  writeFileSync(
    join(folder, '.curlrc'),
    [
      'silent',
      'show-error',
      'include',
      `write-out = "${endMark}%{method} %{url_effective}${endMark}"`,
      '',
    ].join('\n'),
  );
  return {
    async run(program) {
      const printed = await runProgram({
        command: 'bash',
        args: ['-e', '-o', 'pipefail', '-c', program],
        env: { PATH: process.env['PATH'], CURL_HOME: folder, HOME: folder },
        cwd: folder,
      });
      return readAnswers(printed);
    },
    close: async () => undefined,
  };
}

function readAnswers(printed: string): GuideAnswer[] {
  const parts = printed.split(endMark).slice(0, -1);
  return parts.flatMap((answer, index) => {
    if (index % 2 === 1) return [];
    const [method = '', url = ''] = (parts[index + 1] ?? '').split(' ');
    const [head = '', ...rest] = answer.split('\r\n\r\n');
    const [statusLine = '', ...lines] = head.split('\r\n');
    const headers = lines.map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const;
    });
    return [
      {
        method,
        path: new URL(url).pathname,
        status: Number(statusLine.split(' ')[1]),
        headers: Object.fromEntries(headers),
        text: rest.join('\r\n\r\n'),
      },
    ];
  });
}
