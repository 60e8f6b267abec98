import { Command } from 'commander';
import { proveRow } from './audit/prove-row.ts';
import { verifyFile } from './audit/verify-file.ts';
import type { Outcome } from './outcome.ts';

/** Runs `pcft`. Resolves to the exit code: 0 as it should be, 1 something is wrong with the log, 2 could not be read. */
export async function runCli(
  argv: readonly string[],
  out: { write(text: string): unknown },
): Promise<number> {
  let code = 0;
  const finish = ({ text, exitCode }: Outcome): void => {
    out.write(text);
    code = exitCode;
  };
  const program = new Command('pcft').description('The suite from the command line.');
  const audit = program.command('audit').description('The audit log.');
  audit
    .command('verify')
    .description(
      'Verify an export offline: chain, checkpoints, and, with checkpoints kept elsewhere, its end.',
    )
    .argument('<export>', 'NDJSON of GET /v1/workspaces/:ws/audit-logs/export, or - for standard input')
    .requiredOption('--keys <file>', 'public keys: the JWKS of /.well-known/audit-keys.json')
    .option('--checkpoints <path>', 'checkpoints kept outside the database: a file, or a folder of them')
    .option('--json', 'print the verdict as JSON')
    .action(async (file: string, options: { keys: string; checkpoints?: string; json?: boolean }) =>
      finish(await verifyFile(file, options)),
    );
  audit
    .command('prove')
    .description('Verify the proof of a single row offline.')
    .argument('<proof>', 'JSON of GET /v1/workspaces/:ws/audit-logs/:id/proof')
    .requiredOption('--keys <file>', 'public keys: the JWKS of /.well-known/audit-keys.json')
    .action(async (file: string, options: { keys: string }) => finish(await proveRow(file, options)));
  await program.parseAsync([...argv]);
  return code;
}
