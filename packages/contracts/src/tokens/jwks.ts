import { appParams } from '../heimdall-admin/apps.ts';
import { underHeimdall } from '../heimdall-admin/prefix.ts';
import { operation } from '../operation.ts';
import { conditionalHeaders, object, reference, Type } from '../schema.ts';

/** RFC 7517, section 5; public members of RSA keys only. */
const jwks = () =>
  object({
    keys: Type.Array(
      object({
        kty: Type.String(),
        use: Type.String(),
        alg: Type.String(),
        kid: Type.String(),
        n: Type.String(),
        e: Type.String(),
      }),
    ),
  });

export const getAppJwks = operation({
  operationId: 'getAppJwks',
  service: 'tokens',
  method: 'GET',
  ...underHeimdall('/v1/apps/:app/.well-known/jwks.json'),
  summary: 'Public keys of an app',
  dialect: 'platform',
  access: { kind: 'public' },
  rateClass: 'token',
  params: appParams,
  headers: conditionalHeaders(),
  success: { status: 200, shape: 'raw', body: jwks(), conditional: true },
  faults: ['not-found'],
});

/** Seed 001. For up to 1,000 apps all keys; beyond, or when named, those of one app. */
export const getJwks = operation({
  operationId: 'getJwks',
  service: 'tokens',
  method: 'GET',
  ...underHeimdall('/v1/.well-known/jwks.json'),
  summary: 'Public keys of all apps, or of one',
  dialect: 'platform',
  access: { kind: 'public' },
  rateClass: 'token',
  query: object({ app: Type.Optional(reference('App id or name.')) }),
  headers: conditionalHeaders(),
  success: { status: 200, shape: 'raw', body: jwks(), conditional: true },
  faults: ['not-found'],
});
