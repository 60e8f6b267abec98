import { setTimeout as delay } from 'node:timers/promises';

/** The few public calls that the demo needs, as a person would make them (seed 002 to sign up, seed 000 to mint). */
export class DemoClient {
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
  }

  async isAccepted(token: string): Promise<boolean> {
    const response = await this.#send('GET', '/v1/introspect', { authorization: `Bearer ${token}` });
    await response.arrayBuffer();
    return response.status === 200;
  }

  async signUp(email: string, password: string, name: string): Promise<void> {
    await expectOk(await this.#send('POST', '/api/auth/sign-up/email', {}, { email, password, name }));
  }

  /** @returns the session cookie, or `null` when the password is wrong or the address not verified */
  async signIn(email: string, password: string): Promise<string | null> {
    const response = await this.#send('POST', '/api/auth/sign-in/email', {}, { email, password });
    if (response.status === 401 || response.status === 403) {
      await response.arrayBuffer();
      return null;
    }
    await expectOk(response);
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0] ?? '');
    if (cookies.length === 0) throw new Error('signing in set no cookie');
    return cookies.join('; ');
  }

  /** Follows the link of the newest verification mail in the local inbox, if one comes. */
  async verify(email: string, inboxUrl: string): Promise<void> {
    const query = new URLSearchParams({ to: email, subject: 'Verify your address' });
    for (let tries = 0; tries < 50; tries += 1) {
      const { data } = await expectOk<{ data: { id: string }[] }>(
        await fetch(`${inboxUrl}/api/messages?${query.toString()}`),
      );
      if (data[0] !== undefined) {
        const { text } = await expectOk<{ text: string }>(
          await fetch(`${inboxUrl}/api/messages/${data[0].id}`),
        );
        const token = /#token=(\w+)/.exec(text)?.[1];
        await expectOk(await this.#send('POST', '/api/auth/verify-email', {}, { token }));
        return;
      }
      await delay(100);
    }
  }

  async firstWorkspace(cookie: string): Promise<{ id: string; slug: string }> {
    const page = await expectOk<{ data: { id: string; slug: string }[] }>(
      await this.#send('GET', '/v1/workspaces', { cookie }),
    );
    const [first] = page.data;
    if (first === undefined) throw new Error('the demo account has no workspace');
    return { id: first.id, slug: first.slug };
  }

  async mintToken(cookie: string, workspaceId: string): Promise<{ id: string; secret: string }> {
    const policy = [{ effect: 'allow', actions: ['*'], resources: ['*'] }];
    const path = `/v1/workspaces/${workspaceId}/api-keys`;
    const minted = await expectOk<{ id: string; secret: string }>(
      await this.#send('POST', path, { cookie }, { name: 'demo', policy }),
    );
    return { id: minted.id, secret: minted.secret };
  }

  #send(method: string, path: string, headers: Record<string, string>, body?: object): Promise<Response> {
    return fetch(this.#origin + path, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(15_000),
    });
  }
}

async function expectOk<Body>(response: Response): Promise<Body> {
  const text = await response.text();
  if (!response.ok)
    throw new Error(`${new URL(response.url).pathname} answered ${response.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text) as Body;
}
