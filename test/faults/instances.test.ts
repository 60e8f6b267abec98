import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectSuite, createWorld, sendRequest, uniqueName, type Suite, type World } from '@pcft/testing';

// A small edition of `npm run guarantee -- 17` and `-- 18`: two processes of projects behind a gateway of their own.
let suite: Suite;
let world: World;
let gateway: string;
const instances: { name: string; url: string }[] = [];
let gatewayName: string;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
  const env = { DRAIN_DELAY_MS: '1000' };
  for (let n = 0; n < 2; n++) instances.push(await suite.control.startInstance('projects', env));
  const upstreams = instances.map(({ url }) => url).join(',');
  const started = await suite.control.startInstance('gateway', { UPSTREAM_PROJECTS: upstreams });
  gateway = started.url;
  gatewayName = started.name;
}, 60_000);
afterAll(async () => {
  for (const { name } of [...instances, { name: gatewayName }]) await suite.control.stop(name);
  await suite.close();
}, 60_000);

const path = () => `/api/user/organizations/${world.owner.workspace.id}/projects`;
const headers = () => ({ authorization: `Bearer ${world.owner.pat}`, 'content-type': 'application/json' });
const read = () => sendRequest({ origin: gateway, method: 'GET', path: path(), headers: headers() });
const change = () =>
  sendRequest({
    ...{ origin: gateway, method: 'POST', path: path(), headers: headers() },
    body: JSON.stringify({ name: uniqueName('p') }),
  });

/** Reads and changes, one pair every 50 ms, until `body` is done. */
async function underLoad(body: () => Promise<void>): Promise<Awaited<ReturnType<typeof read>>[]> {
  const answers: ReturnType<typeof read>[] = [];
  const timer = setInterval(() => answers.push(read(), change()), 50);
  try {
    await body();
  } finally {
    clearInterval(timer);
  }
  return Promise.all(answers);
}
const failed = (answers: readonly { status: number; text: string }[]) =>
  answers.filter(({ status }) => status !== 200).map(({ status, text }) => `${String(status)} ${text}`);

describe('SIGTERM of one of two instances', () => {
  it('fails no call, one after the other', async () => {
    const answers = await underLoad(async () => {
      await sleep(300);
      // Gone for good: another takes its place at another address, which this gateway does not know.
      const [first] = instances.splice(0, 1);
      await suite.control.stop(first?.name ?? '');
      await sleep(1_000);
    });
    expect(failed(answers)).toEqual([]);
    expect(answers.length).toBeGreaterThan(20);
  }, 30_000);
});

describe('the only instance left, frozen', () => {
  it('is answered for within 2 s, by 503 or 504 with Retry-After, then at once; and serves soon after it wakes', async () => {
    const name = instances[0]?.name ?? '';
    await suite.control.whilePaused(name, async () => {
      const first = await Promise.all([read(), change(), read(), change()]);
      for (const { status, headers: told, durationMs } of first) {
        expect([503, 504]).toContain(status);
        expect(told['retry-after']).toBe('1');
        expect(durationMs).toBeLessThan(2000);
      }
      const next = await change();
      expect(next.status).toBe(503);
      expect(next.durationMs).toBeLessThan(300);
    });
    const wokeAt = performance.now();
    while ((await change()).status !== 200) expect(performance.now() - wokeAt).toBeLessThan(5000);
  }, 30_000);
});
