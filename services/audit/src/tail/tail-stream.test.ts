import { describe, expect, it } from '@jest/globals';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditRow } from '../audit-log/audit-row.ts';
import type { Standing } from './still-allowed.ts';
import { TailStream, type TailOptions } from './tail-stream.ts';

const row = (seq: number, source = 'platform'): AuditRow => ({
  ...{ id: `raw_${seq}`, log: 'ws_1', seq: BigInt(seq), hash: new Uint8Array(32), source },
  ...{ occurredAt: new Date(0), event: null },
});

function setUp(seqs: number[], options: Partial<TailOptions> = {}) {
  const log = seqs.map((seq) => row(seq));
  const state = { standing: 'allowed' as Standing, ended: 0, reads: 0 };
  const stream = new TailStream({
    log: 'ws_1',
    after: 0n,
    filter: {},
    seconds: 60,
    rows: {
      after: (_log, seq, limit) => {
        state.reads++;
        return Promise.resolve(log.filter((each) => each.seq > seq).slice(0, limit));
      },
      lastSeq: () => Promise.resolve(log.at(-1)?.seq ?? 0n),
    },
    standing: () => Promise.resolve(state.standing),
    onEnd: () => state.ended++,
    ...options,
    pace: { checkMs: 5, pollMs: 20, heartbeatMs: 1_000, ...options.pace },
  });
  return { log, state, stream };
}

const idsIn = (text: string) => [...text.matchAll(/^id: (\d+)\ndata/gm)].map(([, id]) => Number(id));
const nextText = async (stream: TailStream) => String((await stream.next()).value);

describe('a live tail', () => {
  it('begins with the place it goes on from', async () => {
    const { stream } = setUp([], { after: 7n });
    expect(await nextText(stream)).toBe('retry: 2000\nid: 7\n\n');
    await stream.return();
  });

  it('finds rows it was never told of', async () => {
    const { stream, log } = setUp([1]);
    await stream.next();
    expect(idsIn(await nextText(stream))).toEqual([1]);
    const waiting = nextText(stream);
    log.push(row(2));
    expect(idsIn(await waiting)).toEqual([2]);
    await stream.return();
  });

  it('sends more than a page in order', async () => {
    const { stream } = setUp(
      Array.from({ length: 450 }, (_, n) => n + 1),
      { seconds: 0 },
    );
    let text = '';
    for await (const chunk of stream) text += chunk;
    expect(idsIn(text)).toEqual(Array.from({ length: 450 }, (_, n) => n + 1));
    expect(text).toMatch(/"reason":"time"\}\n\n$/);
  });

  it('says which rows are gone for good', async () => {
    const { stream } = setUp([5, 6], { after: 2n });
    await stream.next();
    expect(await nextText(stream)).toMatch(/^event: gap\ndata: \{"from_seq":3,"to_seq":4\}\n\nid: 5\n/);
    await stream.return();
  });

  it('tells the position with its heartbeats, past rows that did not fit', async () => {
    const { stream } = setUp([1, 2, 3], { filter: { service: 'tokens' }, pace: { heartbeatMs: 10 } });
    await stream.next();
    expect(await nextText(stream)).toBe(': \nid: 3\n\n');
    await stream.return();
  });

  it('reads nothing for whoever lost the right to it', async () => {
    const { stream, state } = setUp([1]);
    await stream.next();
    state.standing = 'forbidden';
    expect(await nextText(stream)).toBe('event: end\ndata: {"reason":"forbidden"}\n\n');
    expect((await stream.next()).done).toBe(true);
    expect([state.reads, state.ended]).toEqual([0, 1]);
  });

  it('sends nothing of what was read while the right ended, and goes on there when it is back', async () => {
    const { stream, state } = setUp([], {
      rows: {
        // The right ends while the database is asked; what it answers was written after that.
        after: (_log, seq) => {
          state.reads++;
          if (state.reads === 1) state.standing = 'unknown';
          return Promise.resolve(seq < 1n ? [row(1)] : []);
        },
        lastSeq: () => Promise.resolve(1n),
      },
    });
    await stream.next();
    const waiting = nextText(stream);
    await sleep(20);
    expect(state.reads).toBe(1);
    state.standing = 'allowed';
    expect(idsIn(await waiting)).toEqual([1]);
    await stream.return();

    const lost = setUp([], {
      rows: {
        after: () => {
          lost.state.standing = 'forbidden';
          return Promise.resolve([row(1)]);
        },
        lastSeq: () => Promise.resolve(1n),
      },
    });
    await lost.stream.next();
    expect(await nextText(lost.stream)).toBe('event: end\ndata: {"reason":"forbidden"}\n\n');
  });

  it('keeps rows back while nobody can say, and gives up in the end', async () => {
    const { stream, state } = setUp([1], { pace: { unknownMs: 60 } });
    await stream.next();
    state.standing = 'unknown';
    const waiting = nextText(stream);
    await sleep(20);
    expect(state.reads).toBe(0);
    expect(await waiting).toContain('"unavailable"');
  });

  it('ends at once when the caller goes, also while it waits', async () => {
    const { stream, state } = setUp([], { pace: { checkMs: 60_000, pollMs: 60_000, heartbeatMs: 60_000 } });
    await stream.next();
    const waiting = stream.next();
    await sleep(5);
    await stream.return();
    expect((await waiting).done).toBe(true);
    expect(state.ended).toBe(1);
  });

  it('cuts a caller that takes nothing, and has kept no more than a little for it', async () => {
    const { stream, state } = setUp(
      Array.from({ length: 5_000 }, (_, n) => n + 1),
      { pace: { stallMs: 30 } },
    );
    const stuck = new Writable({ highWaterMark: 1, write: () => undefined });
    const piping = pipeline(Readable.from(stream, { objectMode: false }), stuck, { signal: stream.cut });
    await expect(piping).rejects.toThrow();
    expect(state.ended).toBe(1);
    expect(state.reads).toBeLessThan(6);
  });
});
