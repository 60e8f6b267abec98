import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { parseArgs } from 'node:util';
import { connectSuite, expectStatus, readStackFile, type Owner, type Suite } from '@pcft/testing';
import { withStack } from '../stack/with-stack.ts';

/**
 * Guarantee 21. Sinks are made for targets of every private kind, by address, by other spellings and by names that a DNS
 * server of this run answers: first with a public address, then with a private one, or with both at once. Each is
 * refused when it is made or when it is tried, and a listener on this machine sees no connection. A redirect is not followed: tried
 * in a suite that may reach this machine, which also shows that the listener would see one. Option `--sabotage` lets the first
 * suite reach private addresses: the breach has to be seen.
 */
export async function proveOutboundTargets(args: string[]): Promise<boolean> {
  const { values } = parseArgs({ args, options: { sabotage: { type: 'boolean', default: false } } });
  const listener = await listen();
  const dns = await answerNames();
  try {
    const refused = await withStack(
      {
        log: () => undefined,
        env: {
          OUTBOUND_DNS_SERVERS: `127.0.0.1:${dns.port}`,
          ...(values.sabotage && { ALLOW_PRIVATE_TARGETS: '1' }),
        },
      },
      (file) => tryAll(file, listener, dns, values.sabotage),
    );
    if (values.sabotage) return !refused;
    const redirect = await withStack({ log: () => undefined, env: { ALLOW_PRIVATE_TARGETS: '1' } }, (file) =>
      tryRedirect(file),
    );
    return refused && redirect;
  } finally {
    listener.server.close();
    dns.socket.close();
  }
}

interface Listener {
  readonly server: TcpServer;
  readonly port: number;
  connections: number;
}

/** Sees whoever reaches this machine, whatever they say. */
async function listen(): Promise<Listener> {
  const server = createTcpServer((socket) => {
    listener.connections++;
    socket.on('error', () => undefined).destroy();
  });
  const listener: Listener = { server, port: 0, connections: 0 };
  // 8443 is what a webhook may name; taken by somebody else, nothing could be concluded.
  await new Promise<void>((done, failed) => server.once('error', failed).listen(8443, '0.0.0.0', done));
  return Object.assign(listener, { port: (server.address() as AddressInfo).port });
}

const urlsOf = (port: number): readonly string[] =>
  [
    ...[
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '0.0.0.0',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::]',
    ],
    ...[
      '10.0.0.1',
      '172.16.0.1',
      '192.168.0.1',
      '169.254.169.254',
      '100.64.0.1',
      '[fd00:ec2::254]',
      '[fe80::1]',
    ],
    ...['[64:ff9b::7f00:1]', '[2002:7f00:1::1]', '192.0.2.1', '224.0.0.1', '255.255.255.255'],
    ...['localhost', 'a.localhost', 'printer.local', 'metadata.google.internal', 'intranet'],
  ].map((host) => `https://${host}:${port}/`);

/** Public by its form, and in space that IANA has given to nobody: no stranger is called. */
const nobody = '2d00::7';

const names: Readonly<Record<string, (asked: number) => readonly string[]>> = {
  'private.example.com': () => ['127.0.0.1'],
  'metadata.example.com': () => ['169.254.169.254'],
  'mixed.example.com': () => [nobody, '127.0.0.1'],
  'rebinding.example.com': (asked) => (asked === 0 ? [nobody] : ['127.0.0.1']),
  'turning.example.com': (asked) => (asked % 2 === 0 ? ['127.0.0.1'] : [nobody]),
};

interface Names {
  readonly socket: Socket;
  readonly port: number;
  /** How often each name was asked for. */
  readonly asked: Map<string, number>;
}

/** A DNS server of the names above; what it says holds for no time. */
async function answerNames(): Promise<Names> {
  const asked = new Map<string, number>();
  const askedForV6 = new Map<string, number>();
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.subarray(at + 1, at + 1 + length).toString());
      at += length + 1;
    }
    const name = labels.join('.').toLowerCase();
    const isA = query.readUInt16BE(at + 1) === 1;
    // Both kinds of a look-up belong together, in whichever order they come.
    const counted = isA ? asked : askedForV6;
    const before = counted.get(name) ?? 0;
    counted.set(name, before + 1);
    const addresses = (names[name]?.(before) ?? []).filter((address) => (address !== nobody) === isA);
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(addresses.length, 6);
    header.writeUInt32BE(0, 8);
    const records = addresses.map((address) =>
      address === nobody
        ? Buffer.from('c00c001c000100000000' + '0010' + '2d000000000000000000000000000007', 'hex')
        : Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
    );
    socket.send(Buffer.concat([header, query.subarray(12, at + 5), ...records]), from.port, from.address);
  });
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  return { socket, port: socket.address().port, asked };
}

async function tryAll(
  stackFile: string,
  listener: Listener,
  dns: Names,
  sabotage: boolean,
): Promise<boolean> {
  // Where private addresses are open, only this machine is to be reached: what lies behind others is no affair of a test.
  const tried = Object.keys(names).filter((name) => !sabotage || name !== 'metadata.example.com');
  const suite = await connectSuite(readStackFile(stackFile));
  const reached = listener.connections;
  const wrong: string[] = [];
  try {
    const owner = await suite.createOwner();
    const urls = urlsOf(listener.port);
    for (const url of urls) {
      const answer = await suite.call('createAuditSink', sinkFor(owner, url));
      if (answer.status !== 400) wrong.push(`${url}: ${String(answer.status)} when it is made`);
    }
    const tries = 4;
    for (const name of tried) {
      const made = await expectStatus(
        suite.call('createAuditSink', sinkFor(owner, `https://${name}:${listener.port}/`)),
        201,
      );
      const results: string[] = [];
      for (let n = 0; n < tries; n++) {
        const params = { ws: owner.workspace.id, sink: made.body.id as string };
        const { body } = await suite.call('testAuditSink', { auth: owner.pat, params, timeoutMs: 30_000 });
        results.push(String(body.error));
        if (body.delivered) wrong.push(`${name}: delivered`);
      }
      console.log(
        `  ${name.padEnd(24)} asked ${String(dns.asked.get(name) ?? 0)} times: ${[...new Set(results)].join('; ')}`,
      );
      // A name is looked up once a try: a second look-up could be answered otherwise than what was checked.
      if (dns.asked.get(name) !== tries)
        wrong.push(`${name}: asked ${String(dns.asked.get(name))} times in ${tries} tries`);
    }
    console.log(
      `  ${urls.length} targets as they are written, ${tried.length} names with ${tries} tries each`,
    );
  } finally {
    await suite.close();
  }
  const connections = listener.connections - reached;
  console.log(`  connections to this machine: ${connections}`);
  for (const each of wrong) console.log(`  ${each}`);
  return wrong.length === 0 && connections === 0;
}

const sinkFor = ({ pat, workspace }: Owner, url: string): NonNullable<Parameters<Suite['call']>[1]> => ({
  auth: pat,
  params: { ws: workspace.id },
  body: { name: 'a target', kind: 'webhook', url, enabled: false },
});

async function tryRedirect(stackFile: string): Promise<boolean> {
  const suite = await connectSuite(readStackFile(stackFile));
  let followed = 0;
  let asked = 0;
  const there = await serve((_path) => {
    followed++;
    return 204;
  });
  const here = await serve((path) => {
    asked++;
    return Number(path.slice(1));
  }, there.url);
  try {
    const owner = await suite.createOwner();
    for (const status of [301, 302, 303, 307, 308]) {
      const made = await expectStatus(
        suite.call('createAuditSink', sinkFor(owner, `${here.url}/${status}`)),
        201,
      );
      const params = { ws: owner.workspace.id, sink: made.body.id as string };
      await suite.call('testAuditSink', { auth: owner.pat, params });
    }
  } finally {
    there.server.close();
    here.server.close();
    await suite.close();
  }
  console.log(`  redirects answered: ${asked}, followed: ${followed}`);
  return asked === 5 && followed === 0;
}

async function serve(
  answer: (path: string) => number,
  location?: string,
): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((req, res) => {
    req.resume();
    res.writeHead(answer(req.url ?? ''), location === undefined ? {} : { location }).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
