import type { tokensOperations } from '@pcft/contracts';
import { Fault, invalid } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import { isWellFormed } from './directory-record.ts';
import type { DirectoryStore } from './directory-store.ts';

/** The one service that keeps the record; the others have no business here, though they can prove themselves. */
const recordKeeper = 'heimdall-admin';

export function directoryHandlers(deps: {
  directory: DirectoryStore;
  /** Told of apps that are known now, whose signing keys can be made before anybody waits for them. */
  onApps: (appIds: readonly string[]) => void;
}): Handlers<Pick<typeof tokensOperations, 'applyDirectory'>> {
  return {
    async applyDirectory({ callingService, body: { records } }) {
      if (callingService !== recordKeeper) throw new Fault('policy-denied');
      if (!records.every(isWellFormed)) {
        throw invalid('records', 'data is null exactly when deleted');
      }
      const applied = await deps.directory.apply(records);
      deps.onApps(records.flatMap(({ kind, id, deleted }) => (kind === 'app' && !deleted ? [id] : [])));
      return { applied, known: records.length - applied };
    },
  };
}
