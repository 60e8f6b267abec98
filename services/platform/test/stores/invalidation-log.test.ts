import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock, type CommittedChange, type Subject } from '@pcft/auth';
import { ChangeCommitter } from '../../src/invalidation/change-committer.ts';
import { pruneLog } from '@pcft/lease-postgres';
import { createScratchPlatform, Fixtures, type ScratchPlatform } from './scratch-platform.ts';

let scratch: ScratchPlatform;
let accountId: string;
const passed: CommittedChange[] = [];

beforeAll(async () => {
  scratch = await createScratchPlatform(25);
  accountId = await new Fixtures(scratch.database).account();
});
afterAll(() => scratch.close());

function committer(barrier: (change: CommittedChange) => Promise<'waited'> = async () => 'waited') {
  return new ChangeCommitter({
    database: scratch.database,
    clock: systemClock,
    barrier: {
      passed: (change) => {
        passed.push(change);
        return barrier(change);
      },
    },
  });
}

async function log(): Promise<{ n: number; kind: string; id: string }[]> {
  const rows = await scratch.database.invalLog.findMany({ orderBy: { n: 'asc' } });
  return rows.map(({ n, kind, id }) => ({ n: Number(n), kind, id }));
}

const subject = (id: string): Subject => ({ kind: 'credential', id });

describe('the invalidation log', () => {
  it('is gapless and in commit order under 20 concurrent changes, some of them rolled back', async () => {
    const before = await log();
    const changes = committer();
    const committed: number[] = [];
    const change = (i: number) =>
      changes.commit(async (transaction) => {
        await transaction.accessToken.create({
          data: {
            id: `pat_${String(i).padStart(26, '0')}`,
            accountId,
            name: `n${i}`,
            digest: Buffer.alloc(32, i + 1),
            tokenPrefix: 'pcft_live_',
            lastFour: 'abcd',
            statements: [],
          },
        });
        if (i % 5 === 4) throw new Error('changed its mind');
        return { result: i, invalidates: [subject(`c${i}`), subject(`d${i}`)], narrows: false };
      });
    const worker = async (first: number) => {
      for (let i = first; i < first + 6; i++) {
        try {
          committed.push(await change(i));
        } catch (error) {
          if (i % 5 !== 4) throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, w) => worker(w * 6)));
    expect(committed).toHaveLength(96);
    const rows = (await log()).slice(before.length);
    const start = before.at(-1)?.n ?? 0;
    expect(rows.map(({ n }) => n)).toEqual(rows.map((_, i) => start + i + 1));
    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(committed.flatMap((i) => [`c${i}`, `d${i}`])));
    // The two rows of a change stand together, in its order.
    for (let i = 0; i < rows.length; i += 2) expect(rows[i + 1]?.id).toBe(rows[i]?.id.replace('c', 'd'));
    expect(Number((await scratch.database.invalPos.findFirstOrThrow()).n)).toBe(start + rows.length);
  });

  it('never shows a position whose change, or any change before it, is not visible', async () => {
    const changes = committer();
    let done = false as boolean;
    const watcher = (async () => {
      const violations: string[] = [];
      while (!done) {
        const [seen] = await scratch.database.$queryRaw<{ n: bigint; rows: bigint; top: bigint | null }[]>`
          SELECT n, (SELECT count(*) FROM inval_log) AS rows, (SELECT max(n) FROM inval_log) AS top FROM inval_pos`;
        if (seen && (seen.n !== seen.rows || seen.n !== (seen.top ?? 0n)))
          violations.push(`${seen.n} ${seen.rows} ${seen.top}`);
      }
      return violations;
    })();
    const worker = async (w: number) => {
      for (let i = 0; i < 5; i++)
        await changes.commit(async () => ({
          result: i,
          invalidates: [subject(`v${w}-${i}`)],
          narrows: false,
        }));
    };
    await Promise.all(Array.from({ length: 12 }, (_, w) => worker(w)));
    done = true;
    expect(await watcher).toEqual([]);
  });

  it('hands the barrier the rows, the epoch and the time of the commit', async () => {
    passed.length = 0;
    const from = systemClock.now();
    await committer().commit(async () => ({
      result: 1,
      invalidates: [subject('x'), { kind: 'member', id: 'acc_1:ws_1' }],
      narrows: true,
    }));
    const [change] = passed;
    const n = change?.rows[0]?.n ?? 0;
    expect(change?.rows).toEqual([
      { n, kind: 'credential', id: 'x' },
      { n: n + 1, kind: 'member', id: 'acc_1:ws_1' },
    ]);
    expect(change?.epoch).toMatch(/^[0-9a-f-]{36}\.\d+\.\d+$/);
    expect(change?.committedAt).toBeGreaterThan(from);
  });

  it('lets a narrowing change wait for the barrier, and no other', async () => {
    let open!: (passed: 'waited') => void;
    const gate = new Promise<'waited'>((resolve) => (open = resolve));
    const changes = committer(() => gate);
    const change = (narrows: boolean) =>
      changes.commit(async () => ({ result: narrows, invalidates: [subject('g')], narrows }));
    expect(await change(false)).toBe(false);
    let returned = false;
    const narrowing = change(true).then(() => (returned = true));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(returned).toBe(false);
    open('waited');
    await narrowing;
    expect(returned).toBe(true);
  });

  it('rolls back and publishes nothing when the work fails', async () => {
    passed.length = 0;
    const before = await log();
    await expect(
      committer().commit(async (transaction) => {
        await transaction.$executeRaw`UPDATE account SET full_name = 'Eve' WHERE id = ${accountId}`;
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await log()).toEqual(before);
    expect(passed).toEqual([]);
    expect((await scratch.database.account.findUnique({ where: { id: accountId } }))?.fullName).toBe('Ada');
  });

  it('forgets a prefix that is older than an hour, and never the middle', async () => {
    const rows = await log();
    const old = rows[10]?.n ?? 0;
    await scratch.owner.$executeRaw`UPDATE inval_log SET at = now() - interval '2 hours' WHERE n = ${old}`;
    expect(await pruneLog(scratch.database)).toBe(11);
    expect((await log())[0]?.n).toBe(old + 1);
    expect(await pruneLog(scratch.database)).toBe(0);
  });
});

describe('the runtime role', () => {
  it('can neither rewrite the log nor change the epoch nor take a slug back', async () => {
    const { database } = scratch;
    await expect(database.$executeRaw`UPDATE inval_log SET n = n`).rejects.toThrow(/permission denied/);
    await expect(database.$executeRaw`UPDATE epoch SET value = 'x'`).rejects.toThrow(/permission denied/);
    await expect(database.$executeRaw`DELETE FROM workspace_slug`).rejects.toThrow(/permission denied/);
    await expect(database.$executeRaw`CREATE TABLE x ()`).rejects.toThrow(/permission denied/);
  });
});
