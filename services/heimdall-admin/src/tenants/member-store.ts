import type { Changed, Commit, CommitChange } from '../apps/app-store.ts';
import type { PendingRecord } from '../directory/directory-record.ts';
import type { Tenant } from './tenant.ts';
import type { TenantMember } from './tenant-member.ts';

/** Names a membership. */
export interface MemberKey {
  readonly appId: string;
  readonly tenantId: string;
  readonly userId: string;
}

export interface MemberStore {
  /**
   * To be a member with that role already changes nothing.
   *
   * @throws Fault `not-found` when the app has no such user or role, or the tenant is gone; `conflict` for a member with
   *   another role, and for an archived tenant
   */
  add(
    tenant: Pick<Tenant, 'id' | 'appId'>,
    member: { readonly userId: string; readonly roleName: string },
    commit: (member: TenantMember) => Commit,
  ): Promise<{ member: TenantMember; changed: boolean; pending: PendingRecord[] }>;
  /** Those who came first, first. */
  list(
    tenantId: string,
    window: { readonly limit: number; readonly offset: number },
  ): Promise<{ items: TenantMember[]; total: number }>;
  /** Gives another role. `null`: no member. @throws Fault `not-found` for a role that the app does not have */
  setRole(
    key: MemberKey,
    roleName: string,
    commit: CommitChange<TenantMember>,
  ): Promise<Changed<TenantMember> | null>;
  /** Not to be a member changes nothing. `null`: the app has no such user. */
  remove(
    key: MemberKey,
    commit: (member: TenantMember) => Commit,
  ): Promise<{ changed: boolean; pending: PendingRecord[] } | null>;
}
