/**
 * `npm run reference-001`: takes endpoints and bodies out of the API reference in document.txt, sends every request as
 * printed with only host, admin key, names and ids filled in, and compares every answer with the document, field by
 * field. URL, ADMIN_KEY (and PUBLIC_URL, where links name another origin) say where; without them the demo that `npm start` made. Exits 1 when anything differs.
 */
import { randomBytes } from 'node:crypto';
import { claimTable } from '../documents/claim.ts';
import { findSuite } from '../documents/find-suite.ts';
import { runReference } from './run-reference.ts';
import { referenceTable } from './reference-table.ts';

try {
  process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  console.error(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function run(): Promise<boolean> {
  const { url, pat } = findSuite();
  if (pat === null)
    throw new Error('URL is given without ADMIN_KEY, a PAT that may everything in its workspace');
  const appName = `acme-corp-${randomBytes(4).toString('hex')}`;
  console.log(`run against ${url}/heimdall with the app ${appName}\n`);
  const { rows, claims, endpoints } = await runReference({
    ...{ url, adminKey: pat, appName, publicUrl: process.env['PUBLIC_URL'] ?? url },
    onWait: (seconds) => console.log(`over a limit of the reference; waiting ${String(seconds)} s`),
  });
  console.log(referenceTable(rows));
  console.log(`\n${claimTable('reference', claims)}`);
  const fields = rows.flatMap((row) => row.fields);
  const printed = rows.filter(({ request }) => request === 'printed').length;
  console.log(
    `\n${String(endpoints)} endpoints, ${String(rows.length)} requests (${String(printed)} as printed): ` +
      `${String(fields.filter(({ ok }) => ok).length)} of ${String(fields.length)} fields as printed; ` +
      `${String(claims.filter(({ ok }) => ok).length)} of ${String(claims.length)} sentences`,
  );
  const held = fields.every(({ ok }) => ok) && claims.every(({ ok }) => ok);
  console.log(held ? 'Everything is as the reference says.' : 'The answers differ from the reference.');
  return held;
}
