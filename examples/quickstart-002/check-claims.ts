import type { ClaimResult } from '../documents/claim.ts';
import type { Reader } from './fill-in.ts';

interface Claim {
  readonly claim: string;
  readonly expected: string;
  readonly ask: (context: ClaimContext) => Promise<string>;
}

interface ClaimContext {
  readonly reader: Reader;
  /** `Cookie` header of a session of the reader's account. */
  readonly cookie: string;
  readonly call: (path: string, init?: { key?: string; post?: unknown; cookie?: boolean }) => Promise<Reply>;
}

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly body: {
    readonly code: string;
    readonly data: { readonly key: string; readonly expiresAt: string | null };
  };
}

const passwordOfTheGuide = 'a-long-secure-passphrase';
const foreignOrganization = '01HZ3K5R4X9Y2V6QF8TJ7W0CDN';
const outcome = ({ status, body }: Reply) => `${String(status)} ${String(body.code)}`;

/** What the guide says in prose: best practices, and the sentences around its programs. */
const claims: readonly Claim[] = [
  {
    claim: 'any /api/user/* account route by sending the cookie back',
    expected: '200 OK',
    ask: async ({ call }) => outcome(await call('/api/user/me', { cookie: true })),
  },
  {
    claim: 'after this response, the value is no longer retrievable',
    expected: '200, without the key',
    ask: async ({ call, reader }) => {
      const list = await call('/api/auth/api-key/list', { cookie: true });
      return `${String(list.status)}, ${list.text.includes(reader.apiKey) ? 'with' : 'without'} the key`;
    },
  },
  {
    claim: 'a 401 means the credential is bad',
    expected: '401 INVALID_API_KEY',
    ask: async ({ call }) => outcome(await call('/api/user/me', { key: 'ba_AbCdEf0123456789XyZ...' })),
  },
  {
    claim: 'a 401 without a credential',
    expected: '401 AUTHENTICATION_REQUIRED',
    ask: async ({ call }) => outcome(await call('/api/user/me')),
  },
  {
    claim: 'a 403 means the credential lacks a scope',
    expected: '403 API_KEY_MISSING_SCOPES',
    ask: async ({ call, reader }) =>
      outcome(await call(`/api/user/organizations/${reader.organizationId}/members`, { key: reader.apiKey })),
  },
  {
    claim: 'or does not belong to the requested organization',
    expected: '403 FORBIDDEN',
    ask: async ({ call, reader }) =>
      outcome(await call(`/api/user/organizations/${foreignOrganization}/projects`, { key: reader.apiKey })),
  },
  {
    claim: 'expiresIn: omit for no expiry',
    expected: 'null',
    ask: async ({ call }) => {
      const made = await call('/api/auth/api-key/create', {
        cookie: true,
        post: { name: 'x', scopes: ['user:read'] },
      });
      return String(made.body.data.expiresAt);
    },
  },
  {
    claim: 'metadata.organizationId locks the token to one tenant',
    expected: '200 OK there, 403 FORBIDDEN elsewhere',
    ask: async ({ call, reader: { organizationId } }) => {
      const post = { name: 'pinned', scopes: ['projects:read'], metadata: { organizationId } };
      const key = (await call('/api/auth/api-key/create', { cookie: true, post })).body.data.key;
      const there = await call(`/api/user/organizations/${organizationId}/projects`, { key });
      const elsewhere = await call(`/api/user/organizations/${foreignOrganization}/projects`, { key });
      return `${outcome(there)} there, ${outcome(elsewhere)} elsewhere`;
    },
  },
];

/** Checks them as an account that has followed the guide. */
export async function checkClaims(reader: Reader): Promise<ClaimResult[]> {
  const signedIn = await fetch(`${reader.host}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: reader.email, password: passwordOfTheGuide }),
  });
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0];
  if (cookie === undefined) throw new Error(`sign-in answered ${String(signedIn.status)} without a cookie`);
  const call: ClaimContext['call'] = async (path, { key, post, cookie: withCookie } = {}) => {
    const response = await fetch(`${reader.host}${path}`, {
      ...(post !== undefined && { method: 'POST', body: JSON.stringify(post) }),
      headers: {
        ...(post !== undefined && { 'Content-Type': 'application/json' }),
        ...(key !== undefined && { 'X-Api-Key': key }),
        ...(withCookie && { Cookie: cookie }),
      },
    });
    const text = await response.text();
    return { status: response.status, text, body: JSON.parse(text) as Reply['body'] };
  };
  const results: ClaimResult[] = [];
  for (const { claim, expected, ask } of claims) {
    const got = await ask({ reader, cookie, call });
    results.push({ claim, expected, got, ok: got === expected });
  }
  return results;
}
