import type { heimdallAdminOperations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import type { AppStore } from './app-store.ts';

type OwnerOperations = Pick<typeof heimdallAdminOperations, 'findAppOwner'>;

/** Who may ask whose an app is. */
const askers = new Set(['audit']);

export function appOwnerHandlers({ apps }: { readonly apps: AppStore }): Handlers<OwnerOperations> {
  return {
    async findAppOwner({ params, callingService }: Call<OwnerOperations['findAppOwner']>) {
      if (callingService === null || !askers.has(callingService)) throw new Fault('policy-denied');
      const app = await apps.find(params.app);
      if (!app) throw new Fault('not-found');
      return { id: app.id, workspace_id: app.workspaceId };
    },
  };
}
