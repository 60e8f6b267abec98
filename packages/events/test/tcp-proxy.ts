import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What happens to bytes: `pass` them, hold them (`frozen`), or pass only what clients say and cut at the reply (`deaf`). */
export type ProxyMode = 'pass' | 'frozen' | 'deaf';

/** A wire with faults between a client and a real engine. */
export interface TcpProxy {
  /** The given URL, through the proxy. */
  readonly url: string;
  setMode(mode: ProxyMode): void;
  /** Breaks all connections and refuses new ones, until `accept`. */
  cut(): void;
  accept(): void;
  close(): Promise<void>;
}

export async function createTcpProxy(target: string): Promise<TcpProxy> {
  const url = new URL(target);
  const upstream = { host: url.hostname, port: Number(url.port) };
  const pairs = new Set<readonly [Socket, Socket]>();
  let mode: ProxyMode = 'pass';
  let isCut = false;

  const server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const engine = connect(upstream);
    const pair = [client, engine] as const;
    pairs.add(pair);
    const destroy = (): void => {
      pairs.delete(pair);
      client.destroy();
      engine.destroy();
    };
    for (const socket of pair) socket.on('error', destroy).on('close', destroy);
    client.on('data', (chunk) => {
      if (mode !== 'frozen') engine.write(chunk);
    });
    engine.on('data', (chunk) => {
      if (mode === 'deaf') destroy();
      else if (mode !== 'frozen') client.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  const breakAll = (): void => {
    for (const [client, engine] of pairs) {
      client.destroy();
      engine.destroy();
    }
    pairs.clear();
  };
  return {
    url: url.href,
    setMode: (next) => {
      mode = next;
    },
    cut: () => {
      isCut = true;
      breakAll();
    },
    accept: () => {
      isCut = false;
    },
    close: async () => {
      breakAll();
      server.close();
      await once(server, 'close');
    },
  };
}
