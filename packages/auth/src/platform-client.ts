import { sessionCookie, type Credential } from './credential.ts';
import { createInstanceFetch } from './instance-fetch.ts';
import type { Introspection, IntrospectionOverview } from './introspection.ts';
import type { Answer, LeaseAuthority, Renewal } from './lease/index.ts';
import { protocol } from './lease/index.ts';
import { onBehalfOfHeader, serviceHeaders } from './service-token.ts';
import { answerFromWire, overviewFromWire } from './wire.ts';

export interface PlatformClientOptions {
  /** Base URLs of any number of platform instances: they share nothing but their database. */
  readonly platformUrls: readonly string[];
  /** The secret by which this service proves itself. */
  readonly serviceToken: string;
}

/** Platform, as its other services speak to it. Every method rejects when no instance gives a usable answer. */
export interface PlatformClient extends LeaseAuthority {
  introspect(credential: Credential, workspace: string): Promise<Answer<Introspection>>;
  overview(credential: Credential): Promise<IntrospectionOverview>;
}

/** Platform answered with something else than what was asked for. */
export class PlatformRefused extends Error {
  override readonly name = 'PlatformRefused';
  readonly status: number;

  constructor(path: string, status: number) {
    super(`platform answered ${status} to ${path}`);
    this.status = status;
  }
}

/** Never issued: not a matter of a workspace, so there is nothing to cache it by. */
const unknownCredential: Answer<Introspection> = {
  epoch: '',
  pos: 0,
  positive: false,
  ttlMs: null,
  subjects: [],
  value: { state: 'unknown' },
};

export function createPlatformClient({ platformUrls, serviceToken }: PlatformClientOptions): PlatformClient {
  const ask = createInstanceFetch(platformUrls);

  function send(path: string, init: RequestInit, timeoutMs: number, repeatable = true): Promise<Response> {
    const headers = { ...serviceHeaders(serviceToken), ...(init.headers as Record<string, string>) };
    return ask(path, { ...init, headers }, { timeoutMs, repeatable });
  }

  async function sendJson(
    method: string,
    path: string,
    body: unknown,
    timeoutMs: number,
    repeatable = true,
  ): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    const init = { method, headers, body: JSON.stringify(body) };
    const response = await send(path, init, timeoutMs, repeatable);
    return readJson(path, response);
  }

  return {
    async introspect(credential, workspace) {
      const path = `/v1/introspect/workspaces/${encodeURIComponent(workspace)}`;
      const response = await send(
        path,
        { headers: presenting(credential) },
        protocol.INTROSPECTION_TIMEOUT_MS,
      );
      if (response.status === 401) return discarding(response, unknownCredential);
      return answerFromWire(await readJson(path, response));
    },
    async overview(credential) {
      const path = '/v1/introspect';
      const response = await send(
        path,
        { headers: presenting(credential) },
        protocol.INTROSPECTION_TIMEOUT_MS,
      );
      if (response.status === 401) return discarding(response, { state: 'unknown' } as const);
      return overviewFromWire(await readJson(path, response));
    },
    async join() {
      // Carried out twice, it would leave a holder that nobody renews: revokes would wait for it until it is closed.
      const path = '/internal/v1/leases';
      const joined = await sendJson('POST', path, {}, protocol.JOIN_TIMEOUT_MS, false);
      const { holder, epoch, n } = joined as { holder: string; epoch: string; n: number };
      return { holderId: holder, epoch, n };
    },
    async renew(holderId, after) {
      const path = `/internal/v1/leases/${holderId}/renew`;
      return renewalFromWire(await sendJson('POST', path, { after }, protocol.RENEWAL_TIMEOUT_MS));
    },
    async leave(holderId) {
      const path = `/internal/v1/leases/${holderId}`;
      const response = await send(path, { method: 'DELETE' }, protocol.JOIN_TIMEOUT_MS);
      await discarding(response, null);
      if (response.status !== 204) throw new PlatformRefused(path, response.status);
    },
  };
}

/** The credential as it was presented: a session stays a cookie, everything else a bearer; and where it came from. */
function presenting({ kind, token, presentedFrom }: Credential): Record<string, string> {
  return {
    ...(kind === 'session' ? { cookie: `${sessionCookie}=${token}` } : { authorization: `Bearer ${token}` }),
    ...(presentedFrom !== undefined && { [onBehalfOfHeader]: presentedFrom }),
  };
}

async function readJson(path: string, response: Response): Promise<unknown> {
  if (!response.ok) return discarding(response, Promise.reject(new PlatformRefused(path, response.status)));
  return response.json();
}

/** Reads the body to its end, so that the connection can be used again. */
async function discarding<T>(response: Response, value: T): Promise<Awaited<T>> {
  const [settled] = await Promise.allSettled([value, response.arrayBuffer()]);
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}

function renewalFromWire(json: unknown): Renewal {
  const { open, epoch, n, pruned, rows } = json as Record<string, unknown>;
  if (open !== true) return { open: false };
  if (typeof epoch !== 'string' || !Number.isSafeInteger(n) || !Array.isArray(rows)) {
    throw new TypeError('malformed renewal');
  }
  return {
    open,
    epoch,
    n: n as number,
    rows: pruned === true ? null : (rows as NonNullable<(Renewal & { open: true })['rows']>),
  };
}
