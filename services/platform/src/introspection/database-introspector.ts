import type { Credential, Introspection, IntrospectionOverview, Introspector } from '@pcft/auth';
import type { IntrospectionStore } from './prisma-introspection-store.ts';
import { introspectionOf, overviewOf } from './read-introspection.ts';

/**
 * Platform's own introspector: every answer is read afresh from its database, so there is nothing that a revocation
 * would have to be told (rule 8).
 */
export class DatabaseIntrospector implements Introspector {
  readonly #store: IntrospectionStore;

  constructor(store: IntrospectionStore) {
    this.#store = store;
  }

  async resolve<T>(
    credential: Credential,
    workspace: string,
    use: (introspection: Introspection) => T,
  ): Promise<T> {
    const row = await this.#store.inWorkspace(credential, workspace);
    return use(row ? introspectionOf(row) : { state: 'unknown' });
  }

  async overview(credential: Credential): Promise<IntrospectionOverview> {
    const row = await this.#store.overview(credential);
    return row ? overviewOf(row) : { state: 'unknown' };
  }
}
