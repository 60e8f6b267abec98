import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Resolve } from './resolver.ts';
import { checkAddresses, checkUrl, hostOf, TargetRefused, type TargetPolicy } from './target-policy.ts';

export interface OutboundOptions {
  readonly policy: TargetPolicy;
  readonly resolve: Resolve;
  /** From the look-up of the name to the last byte; 10 s. */
  readonly timeoutMs?: number;
}

export interface OutboundAnswer {
  readonly status: number;
  /** Seconds the receiver asks to be left alone, as far as it can be read. */
  readonly retryAfter: number | null;
}

/** The receiver was not reached, or did not answer as HTTP does. The message can be shown to who named it. */
export class OutboundFailed extends Error {
  override readonly name = 'OutboundFailed';
}

export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<OutboundAnswer>;

/** An answer says yes or no; what else it has to say is not read. */
const mostOfAnAnswer = 16 * 1024;

/**
 * Posts to a URL that a caller has named. The name is resolved once, every address it led to is checked, and the
 * connection is made to one of them and no other: nothing is resolved a second time in between. Each request has a
 * connection of its own, so each is checked anew. Redirects are answers like any other. Proxies of the environment are
 * not used.
 */
export function createPost({ policy, resolve, timeoutMs = 10_000 }: OutboundOptions): Post {
  return async (text, headers, body) => {
    const url = checkUrl(text, policy);
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const addresses = await addressesOf(hostOf(url), resolve, deadline);
      checkAddresses(addresses, policy);
      return await send(url, addresses, headers, body, deadline);
    } catch (error) {
      if (error instanceof TargetRefused || error instanceof OutboundFailed) throw error;
      throw new OutboundFailed(deadline.aborted ? 'did not answer in time' : reasonOf(error), {
        cause: error,
      });
    }
  };
}

async function addressesOf(
  host: string,
  resolve: Resolve,
  deadline: AbortSignal,
): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  return Promise.race([
    resolve(host),
    new Promise<never>((_, reject) =>
      deadline.addEventListener('abort', () => reject(deadline.reason as Error), { once: true }),
    ),
  ]);
}

function send(
  url: URL,
  addresses: readonly string[],
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<OutboundAnswer> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const host = hostOf(url);
  return new Promise((done, failed) => {
    let answered = false;
    const outgoing: ClientRequest = request(
      url,
      {
        method: 'POST',
        // No pool: a kept connection would outlive the check of its address.
        agent: false,
        lookup: lookUpOnly(addresses),
        // The name decides whose certificate is wanted, the checked address where it is asked for.
        ...(isIP(host) === 0 && { servername: host }),
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        maxHeaderSize: mostOfAnAnswer,
        signal,
      },
      (incoming) => {
        answered = true;
        read(incoming).then(done, failed);
      },
    );
    outgoing.once('error', failed);
    // Neither is told as an answer or an error: without them a receiver could leave the sender waiting for good.
    outgoing.once('upgrade', ({ statusCode }, socket) => {
      socket.destroy();
      done({ status: statusCode ?? 101, retryAfter: null });
    });
    outgoing.once('close', () => {
      if (!answered) failed(new OutboundFailed('broke off'));
    });
    outgoing.end(body);
  });
}

/** Stands where the socket would resolve the name: gives what was checked, whoever asks. */
function lookUpOnly(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, callback) => {
    const [first] = all;
    if (options.all) callback(null, all);
    else callback(null, first?.address ?? '', first?.family ?? 4);
  };
}

function read(incoming: IncomingMessage): Promise<OutboundAnswer> {
  const status = incoming.statusCode ?? 0;
  const asked = Number(incoming.headers['retry-after']);
  const answer = { status, retryAfter: Number.isSafeInteger(asked) && asked > 0 ? asked : null };
  return new Promise((done, failed) => {
    let bytes = 0;
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > mostOfAnAnswer) incoming.destroy();
    });
    incoming.once('close', () => done(answer));
    incoming.once('error', (error) => (bytes > mostOfAnAnswer ? done(answer) : failed(error)));
  });
}

/** Node's code is enough to know what to mend, and names nothing of this side. */
function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && /^[A-Z0-9_]+$/.test(code) ? code : 'could not be reached';
}
