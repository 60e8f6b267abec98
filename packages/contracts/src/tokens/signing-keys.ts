import type { AccessLevel } from '@pcft/policy';
import { administeringAnApp } from '../heimdall-admin/administering-an-app.ts';
import { appParams } from '../heimdall-admin/apps.ts';
import { underHeimdall } from '../heimdall-admin/prefix.ts';
import { operation } from '../operation.ts';
import { id, nullable, object, oneOf, pageQuery, reference, timestamp, Type } from '../schema.ts';

/** A signing key as administrators see it; its private half never leaves the service. */
const signingKey = () =>
  object({
    kid: Type.String(),
    app_id: id('app'),
    status: oneOf(
      ['pending', 'active', 'retiring', 'retired'],
      'Published and not signing yet; signing; verifying only; neither.',
    ),
    created_at: timestamp(),
    signs_from: timestamp(),
    verifies_until: nullable(timestamp()),
  });

const authorization = (verb: 'list' | 'rotate' | 'retire', access: AccessLevel, resource: string) =>
  administeringAnApp(`heimdall.signing-key.${verb}`, access, { part: `signing-key/${resource}` });

export const listSigningKeys = operation({
  operationId: 'listSigningKeys',
  service: 'tokens',
  method: 'GET',
  ...underHeimdall('/v1/apps/:app/signing-keys'),
  summary: 'List the signing keys of an app, retired ones too',
  dialect: 'platform',
  access: authorization('list', 'list', '*'),
  rateClass: 'admin',
  params: appParams,
  query: object({ ...pageQuery }),
  success: { status: 200, shape: 'page', body: signingKey() },
});

export const rotateSigningKey = operation({
  operationId: 'rotateSigningKey',
  service: 'tokens',
  method: 'POST',
  ...underHeimdall('/v1/apps/:app/signing-keys/rotate'),
  summary: 'Publish a new signing key, which signs once every verifier can know it',
  description:
    'The new key is in the JWKS at once and signs from `signs_from`, when no cached JWKS without it is fresh any more. ' +
    'From then on the old key only verifies, until the last token it has signed has expired. 409 while a new key ' +
    'waits already. Keys are also rotated by themselves.',
  dialect: 'platform',
  access: authorization('rotate', 'write', '*'),
  rateClass: 'admin',
  params: appParams,
  body: object({}),
  success: { status: 202, shape: 'resource', body: signingKey() },
  faults: ['conflict'],
  event: 'signing-key.published',
  changes: true,
});

export const retireSigningKey = operation({
  operationId: 'retireSigningKey',
  service: 'tokens',
  method: 'POST',
  ...underHeimdall('/v1/apps/:app/signing-keys/:kid/retire'),
  summary: 'Retire a signing key at once: for a key that may have leaked',
  description:
    'It leaves the JWKS, and authorize refuses what it has signed from the moment this answers. Was it the one that ' +
    'signs, a new key signs from now on. Verifiers that cache the JWKS go on with what they have until they fetch it ' +
    'anew, five minutes at most. 409 for a key that is retired already.',
  dialect: 'platform',
  access: authorization('retire', 'permissions', '{kid}'),
  rateClass: 'admin',
  params: object({
    app: reference('App id or name.'),
    kid: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description: 'RFC 7638 thumbprint.' }),
  }),
  body: object({}),
  success: { status: 200, shape: 'resource', body: signingKey() },
  faults: ['conflict', 'unavailable'],
  event: 'signing-key.retired',
  changes: true,
});
