import type { Limiter } from '@pcft/limits';
import type { MailQueue } from '@pcft/mail';
import type { PrismaAccessTokenStore } from '../access-tokens/prisma-access-token-store.ts';
import type { PrismaAccountStore } from '../accounts/prisma-account-store.ts';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { PrismaMemberStore } from '../members/prisma-member-store.ts';
import type { PlanLimits } from '../plans/plan-limits.ts';
import type { PrismaWorkspaceStore } from '../workspaces/prisma-workspace-store.ts';
import type { PrismaRoleStore } from '../roles/prisma-role-store.ts';
import type { Database } from '../database.ts';
import type { PrismaInviteStore } from './prisma-invite-store.ts';

export interface InvitePorts {
  readonly database: Database;
  readonly invites: PrismaInviteStore;
  readonly workspaces: PrismaWorkspaceStore;
  readonly members: PrismaMemberStore;
  readonly roles: PrismaRoleStore;
  readonly tokens: PrismaAccessTokenStore;
  readonly accounts: PrismaAccountStore;
  readonly changes: ChangeCommitter;
  readonly planLimits: PlanLimits;
  readonly mail: MailQueue;
  readonly limiter: Pick<Limiter, 'consume'>;
  readonly tokenPepper: Buffer;
  /** The gateway's origin, where the page is that the link leads to. */
  readonly publicUrl: string;
}
