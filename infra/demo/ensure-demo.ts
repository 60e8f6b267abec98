import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DemoClient } from './demo-client.ts';

/** What a newcomer needs for a first call. Kept in `demo.json`, readable by its owner only. */
export interface Demo {
  /** The gateway's origin at the last start. */
  url: string;
  email: string;
  password: string;
  workspace: { id: string; slug: string };
  /** In clear; nothing but this file has it. */
  pat: { id: string; secret: string };
}

export interface DemoOptions {
  readonly gatewayUrl: string;
  readonly publicUrl: string;
  /** Where the verification mail is read, if one is needed. */
  readonly inboxUrl: string | null;
  readonly dataDir: string;
}

/**
 * The demo account, its workspace and a PAT that may do all that an owner may: the ones of an earlier start if the
 * PAT still works, else made over the public API like anybody else's.
 */
export async function ensureDemo({ gatewayUrl, publicUrl, inboxUrl, dataDir }: DemoOptions): Promise<Demo> {
  const path = join(dataDir, 'demo.json');
  const client = new DemoClient(gatewayUrl);
  const stored = read(path);
  if (stored !== null && (await client.isAccepted(stored.pat.secret))) {
    return write(path, { ...stored, url: publicUrl });
  }
  const login = await signIn(client, stored, inboxUrl);
  const workspace = await client.firstWorkspace(login.cookie);
  const pat = await client.mintToken(login.cookie, workspace.id);
  return write(path, { url: publicUrl, email: login.email, password: login.password, workspace, pat });
}

function write(path: string, demo: Demo): Demo {
  writeFileSync(`${path}.new`, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return demo;
}

async function signIn(client: DemoClient, stored: Demo | null, inboxUrl: string | null) {
  if (stored !== null) {
    const cookie = await client.signIn(stored.email, stored.password);
    if (cookie !== null) return { email: stored.email, password: stored.password, cookie };
  }
  // Sign-up answers alike for a known address. If the file with its password was lost, take another address.
  for (const email of ['demo@example.com', `demo-${randomBytes(4).toString('hex')}@example.com`]) {
    const password = randomBytes(15).toString('base64url');
    await client.signUp(email, password, 'Demo');
    // Like anybody else, where that is needed to sign in; without an inbox of ours nobody can read the mail.
    if (process.env['REQUIRE_VERIFIED_EMAIL'] === '1' && inboxUrl !== null)
      await client.verify(email, inboxUrl);
    const cookie = await client.signIn(email, password);
    if (cookie !== null) return { email, password, cookie };
  }
  throw new Error('the demo account can be neither made nor signed in to');
}

function read(path: string): Demo | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Demo;
  } catch {
    return null; // first start
  }
}
