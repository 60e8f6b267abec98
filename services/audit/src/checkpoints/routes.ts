import { createHash } from 'node:crypto';
import type { CheckpointJwk } from '@pcft/audit-proof';
import type { auditOperations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import { ownLog } from '../audit-log/own-log.ts';
import type { ChainRows } from './chain-rows.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { proveRow } from './prove-row.ts';

type Operations = Pick<typeof auditOperations, 'listCheckpoints' | 'getAuditLogProof' | 'getAuditKeys'>;

export interface CheckpointDeps {
  readonly checkpoints: CheckpointStore;
  readonly rows: ChainRows;
  /** The key that signs from now on; published before its first checkpoint. */
  readonly checkpointKey: { readonly kid: string; readonly x: string };
}

export function checkpointHandlers(deps: CheckpointDeps): Handlers<Operations> {
  const { checkpoints, checkpointKey } = deps;
  return {
    async listCheckpoints(call: Call<Operations['listCheckpoints']>) {
      const { limit = 20, offset = 0, workspace_id: only } = call.query;
      const own = only === undefined ? ownLog(call) : null;
      const visible = call.visible.map(({ id }) => id).filter((id) => only === undefined || id === only);
      const { items, total } = await checkpoints.spans([...visible, ...(own === null ? [] : [own])], {
        limit,
        offset,
      });
      return { items: items.map((span) => ({ ...span, path: [...span.path] })), total };
    },
    async getAuditLogProof({ access, params }: Call<Operations['getAuditLogProof']>) {
      const proof = access && (await proveRow(deps, access.id, params.log_id));
      if (!proof) throw new Fault('not-found');
      if (proof === 'unsealed')
        throw new Fault('conflict', { message: 'The row is not sealed yet; ask again within a minute' });
      return {
        ...proof,
        row_path: [...proof.row_path],
        span: { ...proof.span, path: [...proof.span.path] },
      };
    },
    async getAuditKeys(call: Call<Operations['getAuditKeys']>) {
      const used = await checkpoints.keys();
      const all = used.some(({ kid }) => kid === checkpointKey.kid) ? used : [checkpointKey, ...used];
      const keys = all.map(toJwk);
      call.header('Cache-Control', 'public, max-age=300');
      call.header('ETag', `"${createHash('sha256').update(JSON.stringify(keys)).digest('base64url')}"`);
      return { keys };
    },
  };
}

function toJwk({ kid, x }: { readonly kid: string; readonly x: string }): CheckpointJwk {
  return { kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: 'EdDSA' };
}
