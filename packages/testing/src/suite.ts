import type { ServiceName } from '@pcft/contracts';
import type { Role } from '@pcft/policy';
import { Redis } from 'ioredis';
import { connect, type NatsConnection } from 'nats';
import pg from 'pg';
import {
  createAccount,
  mintToken,
  setMember,
  type Account,
  type Member,
  type MintedToken,
  type Owner,
  type WorkspaceRef,
} from './accounts.ts';
import { createCallOperation, type CallOperation } from './call-operation.ts';
import { connectControl, type Control } from './control.ts';
import { connectInbox, type Inbox } from './inbox.ts';
import { readStackFile, type StackFile } from './stack-file.ts';

/** The running suite, as a test reaches it. */
export interface Suite {
  readonly stack: StackFile;
  readonly gatewayUrl: string;
  serviceUrl(name: ServiceName): string;
  /** Calls an operation; the answer is recorded for the coverage rule and checked against its contract. */
  readonly call: CallOperation;
  /** A fresh account, signed up and signed in, with its default workspace. */
  createAccount(): Promise<Account & { workspace: WorkspaceRef }>;
  /** The same, with a PAT that allows everything in the workspace. */
  createOwner(): Promise<Owner>;
  /** A fresh account that is a member of the workspace with this role. */
  addMember(workspace: WorkspaceRef, role: Role): Promise<Member>;
  /** Changes the role of a member, as the platform would. */
  setRole(member: Pick<Member, 'id' | 'workspace'>, role: Role): Promise<void>;
  /** Mints a PAT; without a policy, kind or scopes it allows `*` on `*`. */
  mint(owner: Pick<Owner, 'session' | 'workspace'>, body?: Record<string, unknown>): Promise<MintedToken>;
  /** Revokes a PAT and waits for the answer. */
  revoke(owner: Pick<Owner, 'session' | 'workspace'>, patId: string): Promise<void>;
  /** A pool to a service's database: as its runtime role, or as the owner of its schema. */
  database(name: string, as?: 'runtime' | 'owner'): pg.Pool;
  redis(): Redis;
  nats(): Promise<NatsConnection>;
  readonly control: Control;
  /** The mail that the suite has sent. */
  readonly inbox: Inbox;
  /** Closes what `database`, `redis` and `nats` opened. Belongs into `afterAll`. */
  close(): Promise<void>;
}

/** Connects to the stack that `PCFT_STACK` names. Opens nothing by itself. */
export async function connectSuite(stack: StackFile = readStackFile()): Promise<Suite> {
  const call = createCallOperation(stack);
  const pools = new Map<string, pg.Pool>();
  const closers: (() => Promise<unknown>)[] = [];

  const database: Suite['database'] = (name, as = 'runtime') => {
    const url = (as === 'owner' ? stack.urls.ownerDatabase : stack.urls.database)[name];
    if (url === undefined) throw new Error(`the stack has no database ${name}`);
    const key = `${as} ${name}`;
    let pool = pools.get(key);
    if (!pool) {
      pool = new pg.Pool({ connectionString: url, max: 4, allowExitOnIdle: true });
      // An engine that a test kills breaks idle connections; the next query opens a new one.
      pool.on('error', () => undefined);
      pools.set(key, pool);
    }
    return pool;
  };

  const mint: Suite['mint'] = ({ session, workspace }, body) => mintToken(call, session, workspace.id, body);

  return {
    stack,
    gatewayUrl: stack.gatewayUrl,
    serviceUrl: (name) => stack.serviceUrls[name],
    call,
    createAccount: () => createAccount(call),
    async createOwner() {
      const account = await createAccount(call);
      const { id: patId, secret: pat } = await mint(account);
      return { ...account, account, pat, patId };
    },
    async addMember(workspace, role) {
      const account = await createAccount(call);
      const memberId = await setMember(database('platform', 'owner'), {
        workspaceId: workspace.id,
        accountId: account.id,
        role,
      });
      return { ...account, workspace, role, memberId };
    },
    async setRole({ id, workspace }, role) {
      await setMember(database('platform', 'owner'), { workspaceId: workspace.id, accountId: id, role });
    },
    mint,
    async revoke({ session, workspace }, patId) {
      const revoked = await call('revokeAccessToken', {
        auth: session,
        params: { ws: workspace.id, id: patId },
      });
      if (revoked.status !== 204) throw new Error(`revoke answered ${String(revoked.status)}`);
    },
    database,
    redis() {
      const redis = new Redis(stack.urls.redis, { enableOfflineQueue: true, maxRetriesPerRequest: 3 });
      redis.on('error', () => undefined); // the command that fails says it
      closers.push(async () => redis.disconnect());
      return redis;
    },
    async nats() {
      // nats.js ignores what stands before the @ in an address.
      const url = new URL(stack.urls.nats);
      const connection = await connect({
        servers: url.host,
        user: decodeURIComponent(url.username),
        pass: decodeURIComponent(url.password),
      });
      closers.push(() => connection.close());
      return connection;
    },
    control: connectControl(stack),
    inbox: connectInbox(stack),
    async close() {
      await Promise.all(closers.splice(0).map((close) => close()));
      await Promise.all([...pools.values()].map((pool) => pool.end()));
      pools.clear();
    },
  };
}
