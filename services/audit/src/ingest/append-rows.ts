import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientBase, QueryResult } from 'pg';
import { chainHash } from '@pcft/audit-proof';
import { addEventDays } from '../counts/add-event-days.ts';
import { eventDays } from '../counts/event-days.ts';
import { addUsage } from '../usage/add-usage.ts';
import { usageOf } from '../usage/usage-of.ts';
import type { ChainEntry } from './chain-entry.ts';
import { addHeads, type Head, type Heads, isSameHeads, lockHeads, logsOf, moveHeads } from './chain-heads.ts';
import type { ChainedEntry } from './chain-store.ts';
import { insertRows, rowValues } from './insert-rows.ts';
import type { Append } from './joined-appends.ts';
import { placeable, withoutKnown } from './known-entries.ts';
import type { Turn } from './turns.ts';

/** By the database's clock, at the beginning of a transaction. */
interface Moment {
  readonly now: Date;
  /** This month. */
  readonly current: number;
}

/**
 * Appends behind whatever the chains end with, which it waits for and holds until it has committed.
 *
 * @returns the new rows of each; `null` where some of several are not new: whose they are shows only one by one
 */
export async function appendRows(
  client: ClientBase,
  appends: readonly Append[],
  turn: Turn,
): Promise<ChainedEntry[][] | null> {
  const entries = appends.flatMap((append) => append.entries);
  const logs = logsOf(entries);
  const moment = await begin(client);
  await addHeads(client, logs);
  const heads = await lockHeads(client, logs, { wait: true });
  turn.lock();
  // After the heads are locked, not before: only then is everything visible that a concurrent writer appended.
  const fresh = await withoutKnown(
    client,
    entries.map((entry) => placeable(entry, moment.current)),
  );
  const isAllNew = isTheSame(fresh, entries);
  if (!isAllNew && appends.length > 1) {
    await client.query('ROLLBACK');
    return null;
  }
  const parts = isAllNew ? appends : [{ entries: fresh, rows: rowValues(fresh) }];
  const chain = linkAll(heads, parts, moment);
  turn.link(chain.heads);
  if (fresh.length > 0) {
    await insertRows(client, chain.chained.flat(), parts, moment.now);
    await finish(client, chain, fresh);
  }
  await client.query('COMMIT');
  return chain.chained;
}

/**
 * Appends behind a transaction that has not committed yet, as if it had: the rows are stored side by side with its own, and
 * only when it is done are the heads locked, and looked at. Nothing waits in the database for a head, so that whoever
 * else has taken one meanwhile, and meets these rows, waits no longer than until they are undone.
 *
 * @param behind the one ahead, and the heads it is expected to leave
 * @returns nothing was appended: `repeated` where some rows are not new, `overtaken` where somebody else was faster,
 *   `alone` where the one ahead did not commit, or not in time
 */
export async function appendRowsBehind(
  client: ClientBase,
  appends: readonly Append[],
  turn: Turn,
  behind: { readonly ahead: Turn; readonly heads: Heads },
): Promise<ChainedEntry[][] | 'repeated' | 'overtaken' | 'alone'> {
  const entries = appends.flatMap((append) => append.entries);
  const moment = await begin(client);
  // What was there when the one ahead had its heads is visible; its own rows have other ids; and there are no others if
  // the heads are found as expected.
  const fresh = await withoutKnown(
    client,
    entries.map((entry) => placeable(entry, moment.current)),
  );
  if (!isTheSame(fresh, entries)) return undo(client, 'repeated');
  const chain = linkAll(behind.heads, appends, moment);
  turn.link(chain.heads);
  await insertRows(client, chain.chained.flat(), appends, moment.now);
  // The server ends a session that holds rows and says nothing for a second.
  const isDone = await Promise.race([behind.ahead.ended, sleep(mostMsUntilDone, false, { ref: false })]);
  if (!isDone) return undo(client, 'alone');
  if (!(await areHeads(client, logsOf(entries), behind.heads))) return undo(client, 'overtaken');
  turn.lock();
  await finish(client, chain, entries);
  await client.query('COMMIT');
  return chain.chained;
}

const mostMsUntilDone = 500;

async function undo<Reason>(client: ClientBase, reason: Reason): Promise<Reason> {
  await client.query('ROLLBACK');
  return reason;
}

async function areHeads(client: ClientBase, logs: readonly string[], expected: Heads): Promise<boolean> {
  try {
    const heads = await lockHeads(client, logs, { wait: false });
    return heads.size === logs.length && isSameHeads(heads, expected);
  } catch (error) {
    // SQLSTATE of a lock that somebody else holds.
    if (error instanceof Error && 'code' in error && error.code === '55P03') return false;
    throw error;
  }
}

/** READ COMMITTED: each statement sees what was committed before it began. The look-up of known rows relies on it. */
async function begin(client: ClientBase): Promise<Moment> {
  // One simple query of two statements, which pg answers with a list; the time costs no way of its own.
  const answers: unknown = await client.query(
    'BEGIN ISOLATION LEVEL READ COMMITTED; SELECT now() AS now, segment_of(now()) AS current',
  );
  const [, answer] = answers as [unknown, QueryResult<Moment>];
  const [moment] = answer.rows;
  if (!moment) throw new Error('the database told no time');
  return moment;
}

function isTheSame(fresh: readonly ChainEntry[], entries: readonly ChainEntry[]): boolean {
  return fresh.length === entries.length && fresh.every((entry, n) => entry === entries[n]);
}

interface Chain {
  readonly chained: ChainedEntry[][];
  /** As they are when it was appended. */
  readonly heads: Heads;
}

function linkAll(from: Heads, parts: readonly Append[], { current }: Moment): Chain {
  const heads = new Map<string, Head>();
  const link = ({ log, id, source, body, event }: ChainEntry): ChainedEntry => {
    const head = heads.get(log) ?? from.get(log);
    if (!head) throw new Error(`chain ${log} has no head`);
    const [seq, segment] = [head.seq + 1n, Math.max(head.segment, current)];
    const hash = chainHash(head.hash, { log, seq, id, source, body });
    heads.set(log, { seq, segment, hash });
    return { id, log, source, body, event, seq, hash, segment };
  };
  const chained = parts.map(({ entries }) => entries.map(link));
  return { chained, heads: new Map([...from, ...heads]) };
}

/** What many rows share, in the order in which everybody locks it; and the heads, whose changed lines others would wait for. */
async function finish(
  client: ClientBase,
  { chained, heads }: Chain,
  entries: readonly ChainEntry[],
): Promise<void> {
  await addUsage(client, usageOf(entries));
  await addEventDays(client, eventDays(entries));
  await moveHeads(client, heads, chained.flat());
}
