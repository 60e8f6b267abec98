/**
 * `npm run quickstart`: takes the programs out of the guide in document.txt, runs them against a running suite with only
 * host, address, key and organization filled in, and compares every answer with the guide. URL says where; without it
 * the demo that `npm start` made. Exits 1 when anything differs.
 */
import { randomBytes } from 'node:crypto';
import { cacheFolder } from '../../infra/root-folder.ts';
import { claimTable } from '../documents/claim.ts';
import { findSuite } from '../documents/find-suite.ts';
import { checkClaims } from './check-claims.ts';
import { languages, programsOf } from './extract-guide.ts';
import { findPython } from './find-python.ts';
import { followGuide, readGuide, type FollowedGuide } from './follow-guide.ts';
import { guideTable } from './guide-table.ts';

try {
  process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  console.error(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function run(): Promise<boolean> {
  const host = findSuite().url;
  const python = await findPython(cacheFolder);
  const guide = readGuide();
  const found = languages.map((language) => `${String(programsOf(guide, language).length)} in ${language}`);
  console.log(
    `programs in the guide: ${found.join(', ')}; python ${python.version}, node ${process.versions.node}`,
  );
  console.log(`run against ${host}\n`);
  const followed: FollowedGuide[] = [];
  for (const language of languages) {
    const email = `quickstart-${language}-${randomBytes(5).toString('hex')}@example.com`;
    const onWait = (seconds: number) =>
      console.log(`over the limit of the guide; waiting ${String(seconds)} s`);
    followed.push(await followGuide(guide, { host, email, language, python, onWait }));
  }
  const rows = followed.flatMap((one) => one.rows);
  console.log(guideTable(rows));
  const reader = followed[0]?.reader;
  const claims = reader ? await checkClaims(reader) : [];
  console.log(`\n${claimTable('guide', claims)}`);
  const held = rows.every(({ fields }) => fields.every(({ ok }) => ok)) && claims.every(({ ok }) => ok);
  console.log(held ? '\nEverything is as the guide says.' : '\nThe answers differ from the guide.');
  return held;
}
