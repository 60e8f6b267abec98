import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

export interface JestCounts {
  passed: number;
  failed: number;
}

interface JestReport {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  /** Files that could not even be loaded. */
  numRuntimeErrorTestSuites: number;
  numTotalTests: number;
}

/**
 * Runs jest with one configuration and counts from its own report. A test file that does not load is a failure, and
 * so is a run without any test: it would pass for the wrong reason.
 */
export async function runJest(
  config: string,
  options: {
    args?: string[];
    env?: Record<string, string>;
    signal: AbortSignal;
    onOutput: (text: string) => void;
  },
): Promise<JestCounts> {
  const folder = mkdtempSync(join(tmpdir(), 'pcft-jest-'));
  const reportFile = join(folder, 'report.json');
  try {
    const { ok } = await runCommand(
      [
        ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
        join('node_modules', 'jest', 'bin', 'jest.js'),
        ...['--config', config, '--json', `--outputFile=${reportFile}`],
        ...(options.args ?? []),
      ],
      {
        signal: options.signal,
        onOutput: options.onOutput,
        ...(options.env === undefined ? {} : { env: options.env }),
      },
    );
    const report = readReport(reportFile);
    if (report === null) return { passed: 0, failed: 1 };
    const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
    const isUnsound = failed === 0 && (!ok || !report.success || report.numTotalTests === 0);
    return { passed: report.numPassedTests, failed: isUnsound ? 1 : failed };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path: string): JestReport | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as JestReport;
  } catch {
    return null; // jest ended before it could write one
  }
}
