import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { allOperations } from '@pcft/contracts';
import { rootFolder } from './root-folder.ts';

const folder = (name: string) =>
  readdirSync(join(rootFolder, name))
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(name, file));

const documents = ['README.md', ...folder('docs'), ...folder('docs/adr')];
const read = (path: string) => readFileSync(join(rootFolder, path), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** What a template or an example of a path has in common with another: its fixed segments. */
const shapeOf = (path: string) => path.replace(/(?<=\/)(:\w+|<[^>]+>|\$\w+)/g, '*');
const routes = new Set(
  allOperations.flatMap(({ method, path, aliases }) =>
    [path, ...aliases].map((each) => `${method} ${shapeOf(each)}`),
  ),
);

/** A route by its template, or by an example of it such as `/v1/apps/acme-corp/invites`. */
function isRoute(method: string, path: string): boolean {
  const asked = shapeOf(path).split('/');
  return [...routes].some((route) => {
    const [itsMethod, itsPath = ''] = route.split(' ');
    const fixed = itsPath.split('/');
    return (
      itsMethod === method &&
      fixed.length === asked.length &&
      fixed.every((segment, n) => segment === '*' || segment === asked[n])
    );
  });
}

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match.slice(1));

/** Everything a document names that is not there. */
function absentIn(path: string, text: string): string[] {
  const calls = all(
    text,
    /\b(GET|POST|PATCH|PUT|DELETE) (\/(?:v1|api|heimdall)\/[\w:./<>$-]*\w>?)(?![\w…/*])/g,
  );
  const files = all(text, /`((?:packages|services|gateway|infra|test|bench|examples)\/[\w./-]*\w)\/?`/g);
  const links = all(text, /\]\((?!https?:|#)([^)#]+)/g);
  const commands = all(text, /npm run (?:--silent )?([\w:-]+)/g);
  return [
    ...calls.filter(([method = '', at = '']) => !isRoute(method, at)).map((call) => call.join(' ')),
    ...files.flat().filter((file) => !existsSync(join(rootFolder, file))),
    ...links.flat().filter((link) => !existsSync(join(rootFolder, dirname(path), link))),
    ...commands.flat().filter((command) => scripts[command] === undefined),
  ];
}

/** The service that docs/adding-a-service.md imagines. */
const imagined = ['packages/contracts/src/waitlists', 'services/waitlists'];

describe('the documents name routes, files, pages and commands that exist:', () => {
  it.each(documents)('%s', (path) => {
    expect(absentIn(path, read(path)).filter((name) => !imagined.includes(name))).toEqual([]);
  });

  it('and what does not is noticed', () => {
    const text =
      'As `services/nowhere/src/main.ts` says, `POST /v1/nothing/:id` and `GET /v1/apps/acme/users` are ' +
      '[explained](nowhere.md#here); `npm run nothing`, `npm run --silent pcft`.';
    expect(absentIn('docs/architecture.md', text)).toEqual([
      'POST /v1/nothing/:id',
      'services/nowhere/src/main.ts',
      'nowhere.md',
      'nothing',
    ]);
  });
});
