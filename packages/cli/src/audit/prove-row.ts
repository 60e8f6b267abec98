import { readFile } from 'node:fs/promises';
import { isRowProof, verifyRow } from '@pcft/audit-proof';
import { unreadable, type Outcome } from '../outcome.ts';
import { readKeys } from './read-keys.ts';

export async function proveRow(file: string, options: { readonly keys: string }): Promise<Outcome> {
  try {
    const keys = await readKeys(options.keys);
    const proof: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (!isRowProof(proof)) return { text: `${file} is not the proof of a row\n`, exitCode: 2 };
    const verdict = verifyRow(proof, keys);
    if (!verdict.ok) return { text: `NOT PROVEN: ${verdict.problem}\n`, exitCode: 1 };
    const { number, made_at: madeAt } = verdict.statement;
    const { log, row } = proof;
    return {
      text: `row ${row.id} is number ${row.seq} of ${log}: checkpoint ${number} of ${madeAt}\nproven\n`,
      exitCode: 0,
    };
  } catch (error) {
    return unreadable(`cannot read ${file} or ${options.keys}`, error);
  }
}
