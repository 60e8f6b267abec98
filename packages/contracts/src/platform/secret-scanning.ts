import { operation } from '../operation.ts';
import { object, oneOf, secret, Type } from '../schema.ts';

/**
 * One match, as GitHub's secret scanning partner program sends it. Fields that it may add are let through: an alert that
 * is refused for one leaves a token in public that works.
 */
const match = () =>
  Type.Object(
    {
      token: secret('What was found.', { minLength: 1, maxLength: 1024 }),
      type: Type.String({ minLength: 1, maxLength: 200 }),
      url: Type.Optional(Type.String({ maxLength: 4096, description: 'Where; may be empty.' })),
      source: Type.Optional(Type.String({ maxLength: 100, description: 'E.g. `commit`, `npm`.' })),
    },
    { additionalProperties: false, patternProperties: { '^': {} } },
  );

/** The format is that of GitHub's documentation "Secret scanning partner program". */
export const reportLeakedTokens = operation({
  operationId: 'reportLeakedTokens',
  service: 'platform',
  method: 'POST',
  path: '/v1/secret-scanning/alerts',
  summary: 'Report tokens that were found in public',
  description:
    'Signed by a key that the suite trusts: ECDSA P-256 over SHA-256 of the body’s bytes, DER, base64. A token of ours ' +
    'is revoked, or disabled where its workspace says so, in every service when this call has returned; its owner gets ' +
    'a mail. The same alert again does nothing.',
  dialect: 'platform',
  access: { kind: 'public' },
  rateClass: 'platform',
  maxBodyBytes: 1024 * 1024,
  headers: object({
    'github-public-key-identifier': Type.Optional(
      Type.String({ pattern: '^[0-9A-Za-z_.-]{1,128}$', description: 'Which key has signed.' }),
    ),
    'github-public-key-signature': Type.Optional(
      Type.String({ pattern: '^[0-9A-Za-z+/]{1,200}={0,2}$', description: 'Base64.' }),
    ),
  }),
  body: Type.Array(match(), { minItems: 1, maxItems: 1000 }),
  success: {
    status: 200,
    shape: 'raw',
    body: Type.Array(
      object({
        token_hash: Type.String({ description: 'SHA-256 of what was reported, hex.' }),
        token_type: Type.String(),
        label: oneOf(['true_positive', 'false_positive']),
      }),
      { description: 'What platform can judge; tokens of apps are left out.' },
    ),
  },
  faults: ['signature-invalid'],
  event: 'access-token.leaked',
  changes: true,
});

/** For whoever scans: what our tokens look like, and where to say that one was found. */
export const getSecretScanning = operation({
  operationId: 'getSecretScanning',
  service: 'platform',
  method: 'GET',
  path: '/.well-known/secret-scanning',
  summary: 'How to find our tokens, and where to report them',
  dialect: 'platform',
  access: { kind: 'public' },
  rateClass: 'platform',
  success: {
    status: 200,
    shape: 'raw',
    body: object({
      alerts: object({
        url: Type.String(),
        format: Type.String(),
        algorithm: Type.String(),
      }),
      pattern: Type.String({ description: 'Regular expression over all types; needs no look-around.' }),
      types: Type.Array(
        object({
          type: Type.String(),
          prefix: Type.String(),
          pattern: Type.String(),
          description: Type.String(),
        }),
      ),
      checksum: object({
        algorithm: Type.String(),
        over: Type.String(),
        encoding: Type.String(),
        length: Type.Integer(),
      }),
    }),
  },
});
