import type { heimdallAdminOperations } from '@pcft/contracts';
import { invalid } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import { assertActive, type App } from '../apps/app.ts';
import {
  createCredential,
  revokeCredential,
  updateCredential,
  type CredentialDeps,
} from './change-credential.ts';
import type { Credential } from './credential.ts';

type Operations = typeof heimdallAdminOperations;
type CredentialOperations = Pick<
  Operations,
  'createCredential' | 'listCredentials' | 'updateCredential' | 'revokeCredential'
>;

export function credentialHandlers(deps: CredentialDeps): Handlers<CredentialOperations> {
  return {
    async createCredential({ located, body, audit }: Call<Operations['createCredential'], App>) {
      assertActive(located);
      const { name, permissions } = body;
      const { credential, secret } = await createCredential(
        deps,
        located.id,
        { name, permissions },
        ({ id, clientId }) =>
          (transaction) =>
            audit.commit(transaction, {
              target: { type: 'credential', id },
              metadata: { name, client_id: clientId, permissions },
            }),
      );
      return toWire(credential, { client_secret: secret });
    },
    async listCredentials({ located, query }: Call<Operations['listCredentials'], App>) {
      const { limit = 20, offset = 0 } = query;
      const { items, total } = await deps.credentials.list(located.id, { limit, offset });
      return { items: items.map((credential) => toWire(credential)), total };
    },
    async updateCredential({ located, params, body, audit }: Call<Operations['updateCredential'], App>) {
      assertActive(located);
      const { name, permissions, rotate = false, overlap_seconds: overlapSeconds } = body;
      if (overlapSeconds !== undefined && !rotate) throw invalid('overlap_seconds', 'needs rotate');
      const { credential, secret } = await updateCredential(
        deps,
        { appId: located.id, id: params.credential_id },
        { name, permissions, rotate: rotate ? { overlapSeconds: overlapSeconds ?? 0 } : null },
        (before, after) => (transaction) =>
          audit.commit(transaction, {
            ...(rotate && { action: 'credential.rotated' }),
            target: { type: 'credential', id: after.id },
            metadata: { rotated: rotate, ...(rotate && { overlap_seconds: overlapSeconds ?? 0 }) },
            changes: { before: shown(before), after: shown(after) },
          }),
      );
      return toWire(credential, secret === null ? {} : { client_secret: secret });
    },
    async revokeCredential({ located, params, audit }: Call<Operations['revokeCredential'], App>) {
      const target = { type: 'credential', id: params.credential_id };
      const key = { appId: located.id, id: params.credential_id };
      const changed = await revokeCredential(
        deps,
        key,
        (_, { name, clientId }) =>
          (transaction) =>
            audit.commit(transaction, { target, metadata: { name, client_id: clientId } }),
      );
      if (changed) return;
      audit.add({ target });
      audit.nothingChanged();
    },
  };
}

const shown = ({ name, permissions }: Credential) => ({ name, permissions });

/** @param shown where this answer shows the secret; the fields are in the order of seed 001 */
function toWire<Shown extends object>({ secrets, ...credential }: Credential, shown = {} as Shown) {
  const current = secrets.find(({ until }) => until === null);
  const overlaps = secrets.flatMap(({ until }) => (until && until.getTime() > Date.now() ? [until] : []));
  const last = overlaps.sort((a, b) => b.getTime() - a.getTime())[0];
  return {
    id: credential.id,
    app_id: credential.appId,
    name: credential.name,
    client_id: credential.clientId,
    ...shown,
    last_four: current?.lastFour ?? null,
    permissions: [...credential.permissions],
    previous_secrets_until: last?.toISOString() ?? null,
    last_used_at: credential.lastUsedAt?.toISOString() ?? null,
    created_at: credential.createdAt.toISOString(),
    updated_at: credential.updatedAt.toISOString(),
  };
}
