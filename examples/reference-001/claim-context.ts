import type { Reader } from './fill-in.ts';
import type { ReferenceAnswer, ReferenceClient } from './reference-client.ts';

/** What a claim may ask with: an app of its own, beside the one that the reference was followed with. */
export interface ClaimContext {
  /** Its `adminKey` is a second key, with a window of its own. */
  readonly reader: Reader;
  readonly workspaceId: string;
  readonly otherApp: string;
  readonly user: { readonly id: string; readonly email: string };
  readonly credential: { readonly id: string; readonly clientId: string; readonly secret: string };
  readonly client: ReferenceClient;
  readonly call: (line: string, options?: CallOptions) => Promise<Reply>;
}

export interface CallOptions {
  readonly body?: unknown;
  /** The second admin key by default; null for none. */
  readonly key?: string | null;
  readonly limited?: boolean;
  readonly contentType?: string;
}

/** A body as loosely as claims read it. */
export interface LooseBody {
  readonly id: string;
  readonly secret: string;
  readonly status: string;
  readonly roles: readonly string[];
  readonly client_id: string;
  readonly client_secret: string;
  readonly token: string;
  readonly access_token: string;
  readonly refresh_token: string;
  readonly allowed: boolean;
  readonly reason: string;
  readonly workspace_id: string;
  readonly data: readonly { readonly id: string; readonly action: string; readonly outcome: string }[];
  readonly pagination: Readonly<Record<'total' | 'limit' | 'offset', number>>;
  readonly error: { readonly code: string; readonly message: string };
}

export type Reply = Omit<ReferenceAnswer, 'body'> & { readonly body: LooseBody };

/** Calls of one reader: `GET /v1/apps`, with a body as JSON. */
export function callWith(client: ReferenceClient, adminKey: string): ClaimContext['call'] {
  return async (line, { body, key = adminKey, limited = false, contentType = 'application/json' } = {}) => {
    const [method = '', target = ''] = line.split(' ');
    const answer = await client.send({
      ...{ method, target, limited },
      headers: {
        ...(key !== null && { Authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'Content-Type': contentType }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return answer as Reply;
  };
}

/** `404 NOT_FOUND` where the body has the one shape of all errors, else what is wrong with it. */
export function errorOf({ status, body, text }: Reply): string {
  const { error } = body;
  const names = Object.keys(error ?? {});
  const known = names.every((name) => ['code', 'message', 'details', 'request_id'].includes(name));
  const shaped = Object.keys(body).join() === 'error' && names.includes('message') && known;
  return shaped
    ? `${String(status)} ${error.code}`
    : `${String(status)} with another shape: ${text.slice(0, 100)}`;
}

/** A second admin key, an app, a role `viewer`, a user and a credential. */
export async function prepareClaims(client: ReferenceClient, reader: Reader): Promise<ClaimContext> {
  const first = callWith(client, reader.adminKey);
  const found = await first(`GET /v1/apps/${reader.appName}`);
  const workspaceId = found.body.workspace_id;
  const adminKey = await mintKey(reader, workspaceId, [
    { effect: 'allow', actions: ['*'], resources: ['*'] },
  ]);
  const call = callWith(client, adminKey);
  const otherApp = `${reader.appName}-beside`;
  const post = async (path: string, body: unknown): Promise<LooseBody> => {
    const made = await call(`POST ${path}`, { body });
    if (made.status !== 201) throw new Error(`POST ${path} answered ${String(made.status)}: ${made.text}`);
    return made.body;
  };
  await post('/v1/apps', { name: otherApp, display_name: 'Beside' });
  const within = `/v1/apps/${otherApp}`;
  await post(`${within}/roles`, { name: 'viewer', permissions: ['projects:read'] });
  const email = 'sam@acme.co';
  const { id } = await post(`${within}/users`, { email, password: reader.password, role: 'viewer' });
  const credential = await post(`${within}/credentials`, { name: 'billing', permissions: ['billing:read'] });
  return {
    ...{ reader: { ...reader, adminKey }, workspaceId, otherApp, client, call },
    user: { id, email },
    credential: { id: credential.id, clientId: credential.client_id, secret: credential.client_secret },
  };
}

/** A key of an admin, as the platform mints it: narrower than, or as wide as, the one it is minted with. */
export async function mintKey(
  { baseUrl, adminKey }: Reader,
  workspaceId: string,
  policy: readonly unknown[],
): Promise<string> {
  const response = await fetch(`${new URL(baseUrl).origin}/v1/workspaces/${workspaceId}/api-keys`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${adminKey}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'reference-001', policy, expires_in: 3600 }),
  });
  const { secret } = (await response.json()) as { secret?: string };
  if (secret === undefined) throw new Error(`minting a key answered ${String(response.status)}`);
  return secret;
}
