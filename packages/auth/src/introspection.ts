import type { PlanName } from '@pcft/plans';
import type { CompiledPolicy, Conditions, Role, Statement } from '@pcft/policy';
import type { Credential } from './credential.ts';

/** Who presented a credential that was issued at some time. */
export interface Principal {
  readonly type: 'pat' | 'session' | 'app-key' | 'end-user';
  /** `pat_…`, `ses_…`, `key_…` or `usr_…` */
  readonly id: string;
  readonly name: string;
  /** `null` for an app API key, which is no person's, and for an app's end user, who has no account. */
  readonly accountId: string | null;
  /** The workspace it is pinned to. */
  readonly workspaceId: string | null;
  /** Of an app API key or an end user. */
  readonly appId: string | null;
  /** Of an end user: the session its token was issued in. */
  readonly sessionId?: string;
  /** Of an end user: the tenant its token is for. */
  readonly tenantId?: string;
}

/** A role that a workspace made for itself: its base, `WorkspaceAccess.role`, cut to statements. */
export interface CustomRole {
  /** `rol_…` */
  readonly id: string;
  readonly name: string;
  readonly policy: CompiledPolicy;
}

/** A workspace as a credential reaches it. */
export interface WorkspaceAccess {
  readonly id: string;
  readonly slug: string;
  /** The account is a member, but the credential is pinned to another workspace. */
  readonly pinned: boolean;
  /** Of a custom role its base. */
  readonly role: Role;
  /** `null`: one of the built-in roles. */
  readonly customRole: CustomRole | null;
  readonly statements: readonly Statement[];
  readonly policy: CompiledPolicy;
  /** What the tokens it was minted with allow now, the eldest first; empty where none of that can change. */
  readonly boundaries: readonly CompiledPolicy[];
  readonly conditions: Conditions | null;
  readonly services: readonly string[];
  /** How often it may be called; decides nothing else. */
  readonly plan: PlanName;
  readonly mode: 'live' | 'test';
}

/** Why a credential that was issued once is no longer good. */
export type InactiveReason = 'revoked' | 'disabled' | 'expired' | 'account-closed';

/** What is known of a credential in one workspace. */
export type Introspection =
  | { readonly state: 'unknown' } // never issued
  | { readonly state: 'inactive'; readonly principal: Principal; readonly reason: InactiveReason }
  | {
      readonly state: 'active';
      readonly principal: Principal;
      /** Statements of the credential itself; decides where no workspace is addressed. */
      readonly accountPolicy: CompiledPolicy;
      readonly boundaries: readonly CompiledPolicy[];
      readonly conditions: Conditions | null;
      /** `null`: foreign or absent, which look the same. */
      readonly access: WorkspaceAccess | null;
      /** Asked for the implied workspace, and there are several or none. */
      readonly ambiguous: boolean;
    };

/** The same over every workspace the credential reaches. */
export type IntrospectionOverview =
  | { readonly state: 'unknown' }
  | { readonly state: 'inactive'; readonly principal: Principal; readonly reason: InactiveReason }
  | {
      readonly state: 'active';
      readonly principal: Principal;
      readonly accountPolicy: CompiledPolicy;
      readonly boundaries: readonly CompiledPolicy[];
      readonly conditions: Conditions | null;
      readonly workspaces: readonly WorkspaceAccess[];
    };

/** Asked for in place of a workspace id or slug: the one the credential implies. */
export const impliedWorkspace = '-';

/**
 * Resolves credentials. Two adapters: over HTTP under a lease (every service), and straight from the database
 * (platform itself).
 */
export interface Introspector {
  /**
   * `use` is called in the same tick in which the answer was found usable, so that no revocation can slip in
   * between check and decision; it must not await.
   *
   * @param workspace id, slug or `impliedWorkspace`
   * @throws Fault `unavailable` when no usable answer can be had
   */
  resolve<T>(credential: Credential, workspace: string, use: (introspection: Introspection) => T): Promise<T>;
  /** Always read afresh. */
  overview(credential: Credential): Promise<IntrospectionOverview>;
}
