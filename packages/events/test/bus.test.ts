import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { type Bus, type BusMessage, type BusStatus, createBus } from '../src/index.ts';
import { engineUrls } from './engine-urls.ts';
import { createTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let proxy: TcpProxy;
let bus: Bus;
let subject: string;

async function until(condition: () => boolean, withinMs = 10_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

beforeEach(async () => {
  subject = `test.${createId('evt_')}`;
  proxy = await createTcpProxy(engineUrls().nats);
  bus = createBus({ url: proxy.url, name: 'bus test' });
});

afterEach(async () => {
  await bus.close();
  await proxy.close();
});

describe('connected', () => {
  it('publishes to every subscriber, and to one of a queue group', async () => {
    const [all, queue]: [unknown[], unknown[]] = [[], []];
    const subscriptions = [
      bus.subscribe(subject, (message) => void all.push(message.json())),
      bus.subscribe(subject, (message) => void all.push(message.json())),
      bus.subscribe(subject, (message) => void queue.push(message.json()), { queue: 'q' }),
      bus.subscribe(subject, (message) => void queue.push(message.json()), { queue: 'q' }),
    ];
    await Promise.all(subscriptions.map(({ ready }) => ready));
    expect(bus.publish(subject, { n: 1 })).toBe(true);
    await until(() => all.length === 2 && queue.length === 1);
    expect([...all, ...queue]).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }]);
  });

  it('carries the trace context and raw bytes', async () => {
    const got: BusMessage[] = [];
    await bus.subscribe(subject, (message) => void got.push(message)).ready;
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    bus.publish(subject, Buffer.from([0, 255]), { traceparent });
    await until(() => got.length === 1);
    expect(got[0]?.traceparent).toBe(traceparent);
    expect([...(got[0]?.data ?? [])]).toEqual([0, 255]);
    expect(() => got[0]?.json()).toThrow();
  });

  it('answers requests', async () => {
    await bus.subscribe(subject, (message) => void message.respond({ echo: message.json() })).ready;
    expect(await bus.request(subject, 'hello', { timeoutMs: 1_000 })).toEqual({ echo: 'hello' });
  });

  it('tells nobody listening from nobody answering', async () => {
    await until(() => bus.connected());
    await expect(bus.request(subject, 1, { timeoutMs: 1_000 })).rejects.toMatchObject({
      reason: 'no-responders',
    });
    await bus.subscribe(subject, () => {}).ready;
    await expect(bus.request(subject, 1, { timeoutMs: 50 })).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('reports what a handler throws and goes on', async () => {
    const errors: unknown[] = [];
    const other = createBus({ url: proxy.url, name: 'bus test', onError: (error) => errors.push(error) });
    const handled: unknown[] = [];
    await other.subscribe(subject, (message) => {
      handled.push(message.json());
      if (handled.length === 1) throw new Error('boom');
    }).ready;
    other.publish(subject, 1);
    other.publish(subject, 2);
    await until(() => handled.length === 2);
    expect(errors).toMatchObject([{ message: 'boom' }]);
    await other.close();
  });

  it('makes a stream, keeps it when it is there, and knows a repeated message', async () => {
    await until(() => bus.connected());
    const name = subject.replace('.', '_');
    const stream = { name, subjects: [`${subject}.>`], maxBytes: 1_000_000, maxAgeSeconds: 60 };
    await bus.ensureStream(stream);
    const options = { timeoutMs: 2_000, messageId: 'one' };
    expect(await bus.publishToStream(`${subject}.a`, { a: 1 }, options)).toEqual({
      seq: 1,
      duplicate: false,
    });
    await bus.ensureStream({ ...stream, maxBytes: 2_000_000 });
    expect(await bus.publishToStream(`${subject}.a`, { a: 1 }, options)).toEqual({ seq: 1, duplicate: true });
    await bus.request(`$JS.API.STREAM.DELETE.${name}`, {}, { timeoutMs: 2_000 });
  });
});

describe('not connected', () => {
  it('drops and rejects at once, and recovers with its subscriptions', async () => {
    const got: unknown[] = [];
    const statuses: BusStatus[] = [];
    bus.onStatus((status) => statuses.push(status));
    await bus.subscribe(subject, (message) => void got.push(message.json())).ready;
    proxy.cut();
    await until(() => !bus.connected());
    const from = performance.now();
    expect(bus.publish(subject, 'lost')).toBe(false);
    await expect(bus.request(subject, 1, { timeoutMs: 5_000 })).rejects.toMatchObject({
      reason: 'disconnected',
    });
    await expect(bus.publishToStream(subject, 1, { timeoutMs: 5_000 })).rejects.toMatchObject({
      reason: 'disconnected',
    });
    expect(performance.now() - from).toBeLessThan(50);
    proxy.accept();
    await until(() => bus.connected());
    // The subscription is made anew with the connection; what was published meanwhile is gone.
    await until(() => {
      bus.publish(subject, 'new');
      return got.includes('new');
    });
    expect(got).not.toContain('lost');
    expect(statuses.slice(0, 3)).toEqual(['connected', 'disconnected', 'connected']);
  });

  it('starts without NATS, and subscribes when it comes', async () => {
    await bus.close();
    proxy.cut();
    bus = createBus({ url: proxy.url, name: 'bus test' });
    let ready = false;
    const got: unknown[] = [];
    const subscription = bus.subscribe(subject, (message) => void got.push(message.json()));
    void subscription.ready.then(() => (ready = true));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([bus.connected(), ready]).toEqual([false, false]);
    proxy.accept();
    await subscription.ready;
    bus.publish(subject, 1);
    await until(() => got.length === 1);
  });

  it('notices a server that froze, within 7 s', async () => {
    await until(() => bus.connected());
    proxy.setMode('frozen');
    await until(() => !bus.connected(), 7_000);
    proxy.setMode('pass');
    await until(() => bus.connected());
  });

  it('keeps trying with a password that is refused', async () => {
    const url = new URL(engineUrls().nats);
    url.password = 'wrong';
    const errors: unknown[] = [];
    const refused = createBus({ url: url.href, name: 'bus test', onError: (error) => errors.push(error) });
    await until(() => errors.length >= 3);
    expect(refused.connected()).toBe(false);
    await refused.close();
  });
});
