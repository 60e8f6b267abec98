import { createId } from '@pcft/credentials';
import type { Role } from '@pcft/policy';
import type { Pool } from 'pg';
import type { CallOperation } from './call-operation.ts';

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly name: string;
  /** A session token, for `auth`. */
  readonly session: string;
}

export interface WorkspaceRef {
  readonly id: string;
  readonly slug: string;
}

/** An account with its default workspace and a PAT pinned to it that allows `*` on `*`. */
export interface Owner extends Account {
  readonly account: Account;
  readonly workspace: WorkspaceRef;
  /** The PAT's secret, for `auth`. */
  readonly pat: string;
  readonly patId: string;
}

export interface Member extends Account {
  readonly role: Role;
  /** The workspace it was added to; beside it the account owns its default one. */
  readonly workspace: WorkspaceRef;
  readonly memberId: string;
}

export interface MintedToken {
  readonly id: string;
  readonly secret: string;
}

/** Fresh in every test run and on every call, so that no test meets another's data. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${createId('evt_').slice(-20).toLowerCase()}`;
}

/** Signs up and signs in through the real operations. */
export async function createAccount(call: CallOperation): Promise<Account & { workspace: WorkspaceRef }> {
  const name = uniqueName('person');
  const email = `${name}@example.com`;
  const password = `correct horse ${name}`;
  await expectStatus(call('signUpWithEmail', { body: { email, password, name } }), 200);
  const signedIn = await expectStatus(call('signInWithEmail', { body: { email, password } }), 200);
  const session = sessionOf(signedIn.cookies);
  const listed = await expectStatus(call('listWorkspaces', { auth: session }), 200);
  const { id, slug } = listed.body.data[0] as WorkspaceRef;
  return {
    id: signedIn.body.data.user.id as string,
    email,
    password,
    name,
    session,
    workspace: { id, slug },
  };
}

/** Mints a PAT as this account; throws unless it answers 201. */
export async function mintToken(
  call: CallOperation,
  auth: string,
  workspaceId: string,
  body: Readonly<Record<string, unknown>> = {},
): Promise<MintedToken> {
  const shorthand = ['policy', 'policy_ids', 'kind', 'scopes'].some((field) => field in body);
  const minted = await expectStatus(
    call('createAccessToken', {
      auth,
      params: { ws: workspaceId },
      body: {
        name: 'test',
        ...(!shorthand && { policy: [{ effect: 'allow', actions: ['*'], resources: ['*'] }] }),
        ...body,
      },
    }),
    201,
  );
  return { id: minted.body.id as string, secret: minted.body.secret as string };
}

/**
 * Makes an account a member of a workspace, or changes its role there. There is no invitation yet, so the row is
 * written as the platform writes it: together with a row in the invalidation log, by which every cache learns of it.
 */
export async function setMember(
  platformAsOwner: Pool,
  { workspaceId, accountId, role }: { workspaceId: string; accountId: string; role: Role },
): Promise<string> {
  const client = await platformAsOwner.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO member (id, workspace_id, account_id, role) VALUES ($1, $2, $3, $4)
       ON CONFLICT (account_id, workspace_id) DO UPDATE SET role = excluded.role, role_id = NULL, updated_at = now()
       RETURNING id`,
      [createId('mem_'), workspaceId, accountId, role],
    );
    await client.query(
      `WITH pos AS (UPDATE inval_pos SET n = n + 1 RETURNING n)
       INSERT INTO inval_log (n, kind, id, at) SELECT n, 'account', $1, clock_timestamp() FROM pos`,
      [accountId],
    );
    await client.query('COMMIT');
    return rows[0]?.id ?? '';
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

/** The value of the session cookie among Set-Cookie headers. */
export function sessionOf(cookies: readonly string[]): string {
  const found = cookies.map((cookie) => /^pcft_session=([^;]+)/.exec(cookie)?.[1]).find(Boolean);
  if (!found) throw new Error('no session cookie was set');
  return decodeURIComponent(found);
}

/** A fixture that does not come about is an error of its own, not the failure of whatever test needs it. */
export async function expectStatus<A extends { status: number; text: string }>(
  answer: Promise<A>,
  status: number,
): Promise<A> {
  const got = await answer;
  if (got.status !== status)
    throw new Error(`expected ${String(status)}, got ${String(got.status)}: ${got.text}`);
  return got;
}
