import type { Conditions, Role, Statement } from '@pcft/policy';
import type { InactiveReason } from '@pcft/auth';
import type { PlanName } from '@pcft/plans';

/** What the log and the clock said in the same statement. */
export interface ReadPosition {
  pos: bigint;
  epoch: string;
}

/** The columns of a credential; all `null` where it was never issued. */
export type CredentialColumns =
  | { credential_id: null }
  | {
      credential_id: string;
      type: 'pat' | 'session';
      name: string;
      account_id: string;
      email: string;
      full_name: string;
      pin: string | null;
      /** Own and of managed policies, in force now. */
      statements: Statement[];
      /** Those of its ancestors, the eldest first; empty where none of them can have changed since it was minted. */
      boundaries: Statement[][];
      /** What it was minted from; `null`: not from scopes. */
      scopes: string[] | null;
      conditions: Conditions | null;
      ancestor_ids: string[];
      created_at: Date;
      /** Of the first token of its family. */
      first_created_at: Date;
      expires_at: Date | null;
      /** `null`: active. */
      reason: InactiveReason | null;
      /** Milliseconds to the earliest expiry by the database's clock; `null`: none. */
      ttl_ms: number | null;
    };

/** A membership, read in the same statement. */
export interface MembershipColumns {
  workspace_id: string;
  slug: string;
  /** Of a custom role its base. */
  role: Role;
  role_id: string | null;
  role_name: string | null;
  /** Of a custom role, in force now. */
  role_statements: Statement[] | null;
  disabled_services: string[];
  plan: PlanName;
  mode: 'live' | 'test';
  max_token_lifetime_seconds: number | null;
  who_may_mint: Role;
}

export type WorkspaceRow = ReadPosition &
  CredentialColumns &
  (MembershipColumns | { workspace_id: null }) & { ambiguous: boolean | null };

export type OverviewRow = ReadPosition & CredentialColumns & { memberships: MembershipColumns[] | null };
