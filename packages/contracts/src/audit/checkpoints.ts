import { operation } from '../operation.ts';
import { object, oneOf, pageQuery, reference, Type } from '../schema.ts';
import { rowId } from './audit-logs.ts';
import { readingTheLog } from './reading-the-log.ts';

const hash = () => Type.String({ pattern: '^[0-9a-f]{64}$' });
const seq = () => Type.Integer({ minimum: 1 });

const checkpoint = () =>
  object({
    statement: Type.String({ description: 'The signed text.' }),
    signature: Type.String({ description: 'Ed25519 over it, base64.' }),
    kid: Type.String(),
  });

/** Rows of one log that a signed checkpoint vouches for, with the Merkle path to its root (docs/audit-chain.md). */
const provenSpan = () =>
  object({
    log: Type.String(),
    from_seq: seq(),
    to_seq: seq(),
    hash: hash(),
    rows_root: hash(),
    index: Type.Integer({ minimum: 0 }),
    path: Type.Array(hash()),
    checkpoint: checkpoint(),
  });

export const listCheckpoints = operation({
  operationId: 'listCheckpoints',
  service: 'audit',
  method: 'GET',
  path: '/v1/audit-logs/checkpoints',
  summary: 'List what signed checkpoints say of the logs of the caller',
  description:
    'The newest first. Keep them: whoever has them can tell later that nothing was cut off or replaced.',
  dialect: 'platform',
  access: readingTheLog({ from: 'span' }),
  rateClass: 'platform',
  query: object({ ...pageQuery, workspace_id: Type.Optional(reference('Only of this workspace: its id.')) }),
  success: { status: 200, shape: 'page', body: provenSpan() },
});

export const getAuditLogProof = operation({
  operationId: 'getAuditLogProof',
  service: 'audit',
  method: 'GET',
  path: '/v1/workspaces/:ws/audit-logs/:log_id/proof',
  summary: 'Prove that one row stands in the log, without showing any other',
  description: 'For `pcft audit prove`. A row is sealed within a minute; before that the answer is 409.',
  dialect: 'platform',
  access: readingTheLog({ from: 'path', param: 'ws' }),
  rateClass: 'platform',
  params: object({ ws: reference('Workspace id or slug.'), log_id: rowId }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      log: Type.String(),
      row: object({
        seq: seq(),
        id: Type.String(),
        source: Type.String(),
        hash: hash(),
        body: Type.Optional(Type.String({ description: 'The chained bytes, where they are text …' })),
        body_base64: Type.Optional(Type.String({ description: '… and where they are none.' })),
      }),
      previous_hash: hash(),
      row_path: Type.Array(hash()),
      span: provenSpan(),
    }),
  },
  faults: ['conflict'],
});

/** RFC 7517 and RFC 8037. Keys that are no longer used stay, for what they have signed. */
export const getAuditKeys = operation({
  operationId: 'getAuditKeys',
  service: 'audit',
  method: 'GET',
  path: '/.well-known/audit-keys.json',
  summary: 'Public keys of the audit log’s checkpoints',
  dialect: 'platform',
  access: { kind: 'public' },
  rateClass: 'platform',
  success: {
    status: 200,
    shape: 'raw',
    conditional: true,
    body: object({
      keys: Type.Array(
        object({
          kty: oneOf(['OKP']),
          crv: oneOf(['Ed25519']),
          x: Type.String(),
          kid: Type.String(),
          use: oneOf(['sig']),
          alg: oneOf(['EdDSA']),
        }),
      ),
    }),
  },
});
