import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serviceTokenHeader } from '@pcft/auth';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connectSuite, createWorld, validCall, type Answer, type Suite, type World } from '@pcft/testing';
import { answersByTheMoment, codeOf, guardedOperations, outcome } from '../tables/operations.ts';

/** How long a cached answer may be used after the last renewal (design: L). */
const leaseMs = 1000;

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

// What end users call with their own tokens never asks platform: it goes on.
const elsewhere = guardedOperations.filter(
  ([operationId, { service, access }]) =>
    service !== 'platform' && access.kind !== 'end-user' && !answersByTheMoment.has(operationId),
);
const reads = elsewhere.filter(([, { method }]) => method === 'GET');

function expectUnavailable(answer: Answer): void {
  expect(outcome(answer)).toEqual({ status: 503, code: codeOf('unavailable', answer) });
  expect(answer.durationMs).toBeLessThan(2000);
}

describe('with platform frozen', () => {
  it('every other service answers 503 within 2 s once its lease is over, also for tokens it knows', async () => {
    for (const [operationId, operation] of reads) await suite.call(operationId, validCall(operation, world));
    await suite.control.whilePaused('platform', async () => {
      await new Promise((resolve) => setTimeout(resolve, leaseMs + 100));
      const answers = await Promise.all(
        elsewhere.map(([operationId, operation]) => suite.call(operationId, validCall(operation, world))),
      );
      answers.forEach(expectUnavailable);
    });
  });

  it('a token that was never seen gets 503, not 401 and not 200', async () => {
    const { secret } = await suite.mint(world.owner);
    await suite.control.whilePaused('platform', async () => {
      const answers = await Promise.all(
        elsewhere.map(([operationId, operation]) =>
          suite.call(operationId, { ...validCall(operation, world), auth: secret }),
        ),
      );
      answers.forEach(expectUnavailable);
    });
  });

  it('nobody says yes from its cache longer than the lease', async () => {
    const [operationId, operation] = reads[0] ?? [];
    if (!operationId || !operation) throw new Error('no other service has a read');
    const call = () => suite.call(operationId, validCall(operation, world));
    expect((await call()).status).toBe(operation.success.status);
    await suite.control.whilePaused('platform', async () => {
      const frozenAt = performance.now();
      let lastYes = 0;
      while (performance.now() - frozenAt < leaseMs + 1500) {
        const sentAt = performance.now();
        if ((await call()).status < 400) lastYes = sentAt - frozenAt;
      }
      expect(lastYes).toBeLessThanOrEqual(leaseMs + 50);
    });
  });

  it('public operations of tokens go on', async () => {
    const { email, password } = world.user;
    await suite.control.whilePaused('platform', async () => {
      const issued = await suite.call('issueToken', {
        params: { app: world.app.id },
        body: { grant_type: 'password', email, password },
      });
      expect(issued.status).toBe(200);
      expect((await suite.call('getAppJwks', { params: { app: world.app.id } })).status).toBe(200);
    });
  });

  it('the gateway answers 503 or 504 for platform itself, in the dialect of the caller', async () => {
    await suite.control.whilePaused('platform', async () => {
      const answer = await suite.call('introspect', {
        auth: world.owner.pat,
        on: 'gateway',
        timeoutMs: 60_000,
      });
      expect([503, 504]).toContain(answer.status);
      expect(answer.text).not.toMatch(/127\.0\.0\.1|localhost|platform|ECONN/i);
    });
  }, 90_000);

  it('what services asked of it and have given up is not done when it wakes', async () => {
    const { hostname: host, port } = new URL(suite.serviceUrl('platform'));
    const token = suite.stack.secrets.serviceTokens['projects'] ?? '';
    const holders = async () =>
      (await suite.database('platform', 'owner').query(`SELECT FROM lease_holder WHERE service = 'projects'`))
        .rowCount ?? 0;
    /** Asks for a holder's row, as a service does that joins. */
    const ask = () =>
      new Promise<Socket>((resolve, reject) => {
        const socket = connect({ host, port: Number(port) }).on('error', reject);
        const head = [
          'POST /internal/v1/leases HTTP/1.1',
          `Host: ${host}`,
          `${serviceTokenHeader}: ${token}`,
        ];
        const body = ['Content-Type: application/json', 'Content-Length: 2', '', '{}'].join('\r\n');
        socket.write([...head, body].join('\r\n'), () => resolve(socket));
      });
    // The request is one that would be done.
    const waiting = await ask();
    expect(String((await once(waiting, 'data'))[0])).toMatch(/^HTTP\/1.1 20/);
    waiting.destroy();
    const before = await holders();
    await suite.control.whilePaused('platform', async () => {
      const sockets = await Promise.all(Array.from({ length: 50 }, ask));
      for (const socket of sockets) socket.destroy();
    });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    // Services that lost their lease in the pause may have joined anew.
    expect((await holders()) - before).toBeLessThan(5);
  });

  it('and all is well within 5 s after it wakes', async () => {
    const deadline = performance.now() + 5000;
    for (const [operationId, operation] of reads) {
      let answer = await suite.call(operationId, validCall(operation, world));
      while (answer.status === 503 && performance.now() < deadline)
        answer = await suite.call(operationId, validCall(operation, world));
      expect(answer.status).toBe(operation.success.status);
    }
  });
});
