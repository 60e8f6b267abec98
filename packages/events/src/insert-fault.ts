import type { InsertFault } from './group-commit.ts';

/** Reads SQLSTATE: the classes of PostgreSQL's appendix A. No code at all: the connection broke, outcome unknown. */
export function insertFaultOf(error: unknown): InsertFault {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (!/^[0-9A-Z]{5}$/.test(code)) return 'again';
  const sqlClass = code.slice(0, 2);
  // Data exception, integrity violation, program limit exceeded.
  if (sqlClass === '22' || sqlClass === '23' || sqlClass === '54') return 'row';
  // Missing table, missing privilege.
  if (sqlClass === '42') return 'never';
  return 'again';
}
