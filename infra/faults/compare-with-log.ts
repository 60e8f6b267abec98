import type { Databases } from './databases.ts';
import { isAcknowledged, type LoadCall } from './steady-load.ts';

/** What the log says of the calls of a load. */
export interface Comparison {
  /** Rows with the ids of these calls. */
  readonly rows: number;
  /** Calls that were acknowledged, or took effect, and have no row. */
  readonly lost: readonly string[];
  /** Rows too many. */
  readonly duplicated: readonly string[];
  /** Rows of changes that were never made. */
  readonly phantoms: readonly string[];
  /** Reads that have two rows because a gateway sent them twice: it says so itself. */
  readonly repeated: number;
}

interface RowCount {
  readonly request_id: string;
  readonly outcome: string;
  readonly n: number;
}

/** @param retries how many reads the gateways say they sent a second time */
export async function compareWithLog(
  databases: Databases,
  calls: readonly LoadCall[],
  retries: number,
): Promise<Comparison> {
  const { rows } = await databases.of('audit').query<RowCount>(
    `SELECT request_id, outcome, count(*)::int AS n FROM audit_event
     WHERE request_id = ANY($1) GROUP BY request_id, outcome`,
    [calls.map(({ id }) => id)],
  );
  const counts = new Map(rows.map((row) => [`${row.request_id} ${row.outcome}`, row.n]));
  const projects = await projectsNamed(databases, calls);
  const lost: string[] = [];
  const duplicated: string[] = [];
  const phantoms: string[] = [];
  let repeated = 0;
  for (const call of calls) {
    const { kind, id } = call;
    const n = counts.get(`${id} ${kind.outcome}`) ?? 0;
    const makesProject = kind.name === 'projects change';
    const tookEffect = makesProject && projects.has(id);
    const name = `${kind.name} ${id}`;
    if (n === 0 && (isAcknowledged(call) || tookEffect))
      lost.push(`${name}${isAcknowledged(call) ? '' : ' (not acknowledged, but it took effect)'}`);
    if (makesProject && n > 0 && !tookEffect) phantoms.push(name);
    if (makesProject && (projects.get(id) ?? 0) > 1) duplicated.push(`${name} (took effect twice)`);
    if (n <= 1) continue;
    if (kind.isRead && repeated + n - 1 <= retries) repeated += n - 1;
    else duplicated.push(`${name}: ${String(n)} rows`);
  }
  return { rows: rows.reduce((sum, { n }) => sum + n, 0), lost, duplicated, phantoms, repeated };
}

async function projectsNamed(databases: Databases, calls: readonly LoadCall[]): Promise<Map<string, number>> {
  const { rows } = await databases
    .of('projects')
    .query<{ name: string; n: number }>(
      'SELECT name, count(*)::int AS n FROM project WHERE name = ANY($1) GROUP BY name',
      [calls.map(({ id }) => id)],
    );
  return new Map(rows.map(({ name, n }) => [name, n]));
}
