import type { Changed, Commit, CommitChange } from '../apps/app-store.ts';
import type { PendingRecord } from '../directory/directory-record.ts';
import type { Credential } from './credential.ts';

export interface CredentialStore {
  create(credential: Credential, commit: Commit): Promise<PendingRecord[]>;
  /** Not the revoked ones; oldest first. */
  list(
    appId: string,
    window: { readonly limit: number; readonly offset: number },
  ): Promise<{ items: Credential[]; total: number }>;
  /**
   * Changes a credential of the app under a lock; `decide` gives back what it was given when there is nothing to do.
   * `null`: the app has no such credential.
   */
  change(
    appId: string,
    id: string,
    decide: (credential: Credential) => Credential,
    commit: CommitChange<Credential>,
  ): Promise<Changed<Credential> | null>;
}
