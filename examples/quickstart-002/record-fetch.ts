/**
 * Loaded before each JavaScript program of the guide: its `fetch` keeps cookies, as the guide asks of Node, in a jar that
 * lasts from step to step, and every answer is written down. Folder: `GUIDE_FOLDER`.
 */
import makeFetchCookie from 'fetch-cookie';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CookieJar } from 'tough-cookie';
import type { GuideAnswer } from './guide-answer.ts';

const folder = process.env['GUIDE_FOLDER'] ?? '.';
const jarFile = join(folder, 'jar.json');
const jar = existsSync(jarFile) ? CookieJar.deserializeSync(readFileSync(jarFile, 'utf8')) : new CookieJar();
const fetchWithCookies = makeFetchCookie(globalThis.fetch, jar);

globalThis.fetch = async (input, init) => {
  const response = await fetchWithCookies(input, init);
  const answer: GuideAnswer = {
    method: init?.method ?? 'GET',
    path: new URL(response.url).pathname,
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text: await response.clone().text(),
  };
  appendFileSync(join(folder, 'answers.jsonl'), `${JSON.stringify(answer)}\n`);
  return response;
};
process.on('exit', () => writeFileSync(jarFile, JSON.stringify(jar.serializeSync())));
