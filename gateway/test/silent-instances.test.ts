import { afterEach, describe, expect, it } from '@jest/globals';
import type { RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { startGateway, startUpstream } from './scratch.ts';
import type { Scratch, ScratchGateway } from './scratch.ts';

const open: Scratch[] = [];
afterEach(async () => {
  for (const scratch of open.splice(0)) await scratch.close();
});

/** A service that can be made to answer nothing any more, like a frozen process, or to say that it drains. */
class Actor {
  state: 'well' | 'draining' | 'frozen' | 'answering calls only' = 'well';
  calls = 0;
  origin = '';
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  async start(handler?: RequestListener): Promise<this> {
    const answer: RequestListener = (request, response) => {
      this.calls += 1;
      if (this.state === 'frozen') return;
      if (handler) return handler(request, response);
      response.end(this.#name);
    };
    const started = await startUpstream(answer, 0, (_request, response) => {
      if (this.state === 'well' || this.state === 'draining')
        response.end(JSON.stringify({ status: this.state }));
    });
    open.push(started);
    this.origin = started.origin;
    return this;
  }
}

const quickly = { UPSTREAM_PROBE_MS: '50', UPSTREAM_PROBE_TIMEOUT_MS: '150' };

async function gatewayTo(...actors: Actor[]): Promise<ScratchGateway> {
  const platform = actors.map(({ origin }) => origin).join();
  const started = await startGateway({ platform }, { environment: quickly });
  open.unshift(started); // drained before its services go
  return started;
}
const sent = async (gateway: ScratchGateway, method: string, path = '/v1/workspaces') => {
  const from = performance.now();
  const answer = await fetch(gateway.origin + path, { method, ...(method === 'POST' && { body: 'x' }) });
  return {
    status: answer.status,
    text: await answer.text(),
    retryAfter: answer.headers.get('retry-after'),
    ms: performance.now() - from,
  };
};

describe('a service whose only instance is frozen', () => {
  it('503 for a read and 504 for a change that wait for it, long before their timeout; then 503 at once', async () => {
    const only = await new Actor('only').start();
    const gateway = await gatewayTo(only);
    expect((await sent(gateway, 'GET')).status).toBe(200);
    only.state = 'frozen';
    const [read, change] = await Promise.all([sent(gateway, 'GET'), sent(gateway, 'POST')]);
    expect([read.status, change.status]).toEqual([503, 504]);
    for (const { retryAfter, ms } of [read, change]) {
      expect(retryAfter).toBe('1');
      expect(ms).toBeLessThan(1500);
    }
    const calls = only.calls;
    const next = await sent(gateway, 'POST');
    expect([next.status, next.retryAfter]).toEqual([503, '1']);
    expect(only.calls).toBe(calls); // nothing of it was sent
    const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
    expect(metrics).toMatch(/gateway_upstream_well\{service="platform",instance="127[^"]+"\} 0/);
  });

  it('is served again soon after it wakes', async () => {
    const only = await new Actor('only').start();
    const gateway = await gatewayTo(only);
    only.state = 'frozen';
    expect((await sent(gateway, 'GET')).status).toBe(503);
    only.state = 'well';
    await sleep(500);
    expect((await sent(gateway, 'POST')).text).toBe('only');
  });

  it('an answer that has begun goes on', async () => {
    const only = await new Actor('only').start((_request, response) => {
      response.write('first ');
      setTimeout(() => response.end('last'), 900);
    });
    const gateway = await gatewayTo(only);
    const answer = await fetch(`${gateway.origin}/v1/workspaces`);
    only.state = 'frozen';
    expect(await answer.text()).toBe('first last');
  });

  it('one that is slow, but answers others, is not taken for frozen', async () => {
    const slow = await new Actor('slow').start((request, response) => {
      if (request.method === 'POST') setTimeout(() => response.end('at last'), 900);
      else response.end('quick');
    });
    const gateway = await gatewayTo(slow);
    expect((await sent(gateway, 'POST')).text).toBe('at last');
  });
});

describe('a service whose instances are all taken for frozen', () => {
  it('is not refused for good where one answers its callers: a read now and then is tried on them', async () => {
    const [a, b] = [await new Actor('a').start(), await new Actor('b').start()];
    const gateway = await gatewayTo(a, b);
    a.state = 'frozen';
    b.state = 'answering calls only';
    await sleep(900); // nobody calls, so nothing speaks against what /healthz seems to say
    expect((await sent(gateway, 'GET')).status).toBe(503);
    expect([a.calls, b.calls]).toEqual([0, 0]);
    await sleep(2_100);
    // A change is never the try: whether it was carried out could not be told.
    expect((await sent(gateway, 'POST')).status).toBe(503);
    expect([a.calls, b.calls]).toEqual([0, 0]);
    const answers = [];
    for (let n = 0; n < 4; n++) answers.push(await sent(gateway, 'GET'));
    expect(answers.map(({ text }) => text)).toContain('b');
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(2_000);
    expect((await sent(gateway, 'POST')).text).toBe('b');
  });

  it('and are: one call at a time waits a moment for an answer, all others are refused at once', async () => {
    const only = await new Actor('only').start();
    const gateway = await gatewayTo(only);
    only.state = 'frozen';
    await sleep(3_000);
    const answers = await Promise.all(Array.from({ length: 10 }, () => sent(gateway, 'GET')));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(503));
    expect(answers.filter(({ ms }) => ms > 500)).toHaveLength(1);
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(2_000);
    expect(only.calls).toBeLessThanOrEqual(2); // the try, and where it was repeated
  });

  it('one that answers /healthz late is found again', async () => {
    let delayMs = 0;
    const started = await startUpstream(
      (_request, response) => void response.end('late'),
      0,
      (_request, response) => void setTimeout(() => response.end('{"status":"ok"}'), delayMs),
    );
    open.push(started);
    const late = new Actor('late');
    late.origin = started.origin;
    const gateway = await gatewayTo(late);
    delayMs = 250; // more than a question has, less than one to a silent instance
    const from = performance.now();
    let answer = await sent(gateway, 'POST');
    while (answer.status !== 503 && performance.now() - from < 3_000) {
      await sleep(600); // without a call in between it is taken for silent
      answer = await sent(gateway, 'POST');
    }
    while (answer.status === 503 && performance.now() - from < 5_000) {
      await sleep(50);
      answer = await sent(gateway, 'POST');
    }
    expect(answer.text).toBe('late');
  });
});

describe('a service with one frozen instance of two', () => {
  it('reads that wait there are answered by the other, and nothing more is sent there', async () => {
    const [a, b] = [await new Actor('a').start(), await new Actor('b').start()];
    const gateway = await gatewayTo(a, b);
    await Promise.all(Array.from({ length: 10 }, () => sent(gateway, 'GET')));
    a.state = 'frozen';
    const reads = await Promise.all(Array.from({ length: 10 }, () => sent(gateway, 'GET')));
    expect(reads.map(({ status, text }) => `${status} ${text}`)).toEqual(Array(10).fill('200 b'));
    const calls = a.calls;
    const changes = await Promise.all(Array.from({ length: 10 }, () => sent(gateway, 'POST')));
    expect(changes.map(({ text }) => text)).toEqual(Array(10).fill('b'));
    expect(a.calls).toBe(calls);
  });

  it('a change that waits there is never sent to the other', async () => {
    const [a, b] = [await new Actor('a').start(), await new Actor('b').start()];
    const gateway = await gatewayTo(a, b);
    a.state = 'frozen';
    const changes = await Promise.all(Array.from({ length: 6 }, () => sent(gateway, 'POST')));
    const ended = changes.filter(({ status }) => status === 504).length;
    expect([ended, b.calls]).toEqual([a.calls, 6 - a.calls]);
    expect(ended).toBeGreaterThan(0);
  });
});

describe('an instance that drains', () => {
  it('gets nothing more while there is another, and its kept connections are given up', async () => {
    const [a, b] = [await new Actor('a').start(), await new Actor('b').start()];
    const gateway = await gatewayTo(a, b);
    await Promise.all(Array.from({ length: 20 }, () => sent(gateway, 'GET')));
    a.state = 'draining';
    await sleep(250);
    const calls = a.calls;
    const answers = await Promise.all(Array.from({ length: 20 }, () => sent(gateway, 'POST')));
    expect(answers.every(({ text }) => text === 'b')).toBe(true);
    expect(a.calls).toBe(calls);
    expect((await (await fetch(`${gateway.origin}/healthz`)).json()) as object).toEqual({ status: 'ok' });
  });

  it('serves on when it is the only one', async () => {
    const only = await new Actor('only').start();
    const gateway = await gatewayTo(only);
    only.state = 'draining';
    await sleep(250);
    expect((await sent(gateway, 'POST')).text).toBe('only');
  });
});
