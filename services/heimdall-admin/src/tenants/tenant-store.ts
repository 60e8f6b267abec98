import type { Changed, Commit, CommitChange } from '../apps/app-store.ts';
import type { PendingRecord } from '../directory/directory-record.ts';
import type { Tenant } from './tenant.ts';

export interface TenantStore {
  /** @throws Fault `conflict` when the app has a tenant of this name */
  create(tenant: Tenant, commit: Commit): Promise<PendingRecord[]>;
  /** By id or name; a deleted one too where no other has its name. */
  find(appId: string, reference: string): Promise<Tenant | null>;
  /** Oldest first. */
  list(
    appId: string,
    filter: { readonly status?: 'active' | 'archived' | undefined; readonly userId?: string | undefined },
    window: { readonly limit: number; readonly offset: number },
  ): Promise<{ items: Tenant[]; total: number }>;
  /**
   * Changes a tenant under a lock; one that becomes `deleted` loses its members and its pending invites. `decide` gives
   * back what it was given when there is nothing to do. `null`: there is none.
   */
  change(
    id: string,
    decide: (tenant: Tenant) => Tenant,
    commit: CommitChange<Tenant>,
  ): Promise<Changed<Tenant> | null>;
}
