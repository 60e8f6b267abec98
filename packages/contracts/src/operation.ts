import type { Dialect, FaultName } from '@pcft/errors';
import type { AccessLevel, Role } from '@pcft/policy';
import Type, { type Static, type TObject, type TSchema } from 'typebox';
import { createsSomething, idempotencyFaults, withIdempotencyKey } from './idempotency.ts';
import type { ServiceName } from './services.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Named limits; the figures stand in packages/limits. `internal` calls are not limited. */
export type RateClass =
  'admin' | 'token' | 'authorize' | 'platform' | 'quickstart' | 'sign-in' | 'sign-up' | 'internal';

/**
 * Whose workspace decides:
 * - `path`: the path parameter `param` is a workspace id or slug;
 * - `located`: the service looks the addressed resource up (`locator` names how) and so finds its workspace;
 * - `implied`: none is addressed: the credential's pin, else `workspace_id`, else the only membership, else 400;
 * - `span`: every workspace the caller may see; the answer is cut to those the policy allows;
 * - `account`: no workspace at all, the caller's own account, for which a pinned credential does not speak;
 * - `self`: the same for what any credential may be told of its own account, a pinned one too.
 */
export type WorkspaceSource =
  | { readonly from: 'path'; readonly param: string }
  | { readonly from: 'located'; readonly locator: string }
  | { readonly from: 'implied' }
  | { readonly from: 'span' }
  | { readonly from: 'account' }
  | { readonly from: 'self' };

/** What a caller needs to be allowed to do the operation. One declaration per action in the catalogue. */
export interface Authorization {
  /** `area[.resource].verb` */
  readonly action: string;
  readonly access: AccessLevel;
  /** The lowest role that may grant or use the action. */
  readonly lowestRole: Role;
  /** Scopes of seed 002 the action belongs to besides those its access level gives; usually one, e.g. `projects:read`. */
  readonly scopes: readonly string[];
  /** URN template; `{name}` is filled in from the path, the locator, `{workspace}` or `{account}`. */
  readonly resource: string;
  readonly workspace: WorkspaceSource;
}

/** Other credentials than a PAT or session that an operation takes, verified by the service itself. */
export type OwnCredential = 'app-key' | 'end-user';

/**
 * - `public`: no credential is needed;
 * - `credential`: any valid one, about itself; nothing is decided;
 * - `policy`: a valid one whose layers allow `authorization`;
 * - `handler`: as `policy`, but what is addressed is known only to the use case, which must ask for the decision;
 * - `end-user`: a user of the addressed app by an access token of that app, with or without an app API key beside it;
 * - `service`: another service of the suite, by its service token. Never routed by the gateway.
 *
 * `endUser: 'optional'`: an end user's access token that is sent along says who asks, and has to be good.
 *
 * `appKeyPermission` is what an app API key that calls or is sent along has to hold.
 */
export type Access =
  | { readonly kind: 'public'; readonly appKeyPermission?: string; readonly endUser?: 'optional' }
  | { readonly kind: 'end-user'; readonly appKeyPermission: string }
  | { readonly kind: 'credential' }
  | { readonly kind: 'policy'; readonly authorization: Authorization }
  | {
      readonly kind: 'handler';
      readonly authorization: Authorization;
      readonly ownCredentials: readonly OwnCredential[];
      readonly appKeyPermission?: string;
    }
  | { readonly kind: 'service' };

/**
 * `resource`: one thing; `page`: items and a total, for which the dialect renders its pagination; `raw`: the body as
 * it stands, without the dialect's envelope; `stream`: bytes that are sent as they are read, of a media type that
 * `mediaTypes` names.
 */
export type Shape = 'resource' | 'page' | 'raw' | 'stream';

export interface Success<S extends TSchema | null = TSchema | null, H extends Shape = Shape> {
  readonly status: 200 | 201 | 202 | 204;
  /** The bare resource or list item page; the dialect's envelope is added around it. `null`: no body. */
  readonly body: S;
  readonly shape: H;
  /** Of a `stream`; its `body` is `null`. */
  readonly mediaTypes?: readonly string[];
  /** Of a `page`: it also says where the next one begins, and whether its total is the most that is counted. */
  readonly cursor?: boolean;
  /** The answer carries an ETag: who has it already is answered 304 (RFC 9110 section 13.1.2). */
  readonly conditional?: boolean;
  /** The sentence of the quickstart envelope, as its document prints it. */
  readonly message?: string;
}

export interface Operation<
  P extends TObject = TObject,
  Q extends TObject = TObject,
  B extends TSchema | null = TSchema | null,
  S extends TSchema | null = TSchema | null,
  H extends Shape = Shape,
> {
  readonly operationId: string;
  readonly service: ServiceName;
  readonly method: Method;
  /** Express-style template, `:param` for one segment. */
  readonly path: string;
  /** The same operation under further paths, e.g. seed 001's `/heimdall` prefix. */
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly dialect: Dialect;
  readonly access: Access;
  readonly rateClass: RateClass;
  readonly params: P;
  readonly query: Q;
  /** Headers the operation reads, by lower-case name. Others are nobody's business; credentials are the pipeline's. */
  readonly headers: TObject;
  /** `null`: the operation takes no body; any body but an empty one is refused. */
  readonly body: B;
  /** True where a body may also come as `application/x-www-form-urlencoded`; its faults are then RFC 6749's. */
  readonly form: boolean;
  /** Largest body in bytes. */
  readonly maxBodyBytes: number;
  readonly success: Success<S, H>;
  /** Faults of its own, beside those that follow from access, limit and schemas (see `faultsOf`). */
  readonly faults: readonly FaultName[];
  /** The audit row's event name, e.g. `access-token.created`; without one the row carries the policy action. */
  readonly event: string | null;
  /** True when success changes something: its audit row must stand in the same transaction. */
  readonly changes: boolean;
  /**
   * Takes an `Idempotency-Key`: the framework runs it once a key and repeats its answer for a day. Derived for every
   * POST with a credential whose event says that something came into being (see idempotency.ts).
   */
  readonly idempotent: boolean;
}

type Optional =
  | 'aliases'
  | 'description'
  | 'params'
  | 'query'
  | 'headers'
  | 'body'
  | 'form'
  | 'maxBodyBytes'
  | 'faults'
  | 'event'
  | 'changes'
  | 'idempotent';

/** What a declaration has to say; the rest has one sensible value. */
export type OperationInput<
  P extends TObject,
  Q extends TObject,
  B extends TSchema | null,
  S extends TSchema | null,
  H extends Shape,
> = Omit<Operation<P, Q, B, S, H>, Optional> & Partial<Pick<Operation<P, Q, B, S, H>, Optional>>;

/** No parameters at all. */
type TNone = ReturnType<typeof none>;
const none = () => Type.Object({}, { additionalProperties: false });

/** Declares an operation. Everything else about it follows from this value. */
export function operation<
  const P extends TObject = TNone,
  const Q extends TObject = TNone,
  const B extends TSchema | null = null,
  const S extends TSchema | null = null,
  const H extends Shape = 'resource',
>(input: OperationInput<P, Q, B, S, H>): Operation<P, Q, B, S, H> {
  const declared = {
    aliases: [],
    description: '',
    params: none() as unknown as P,
    query: none() as unknown as Q,
    headers: none(),
    body: null as B,
    form: false,
    maxBodyBytes: 64 * 1024,
    faults: [],
    event: null,
    changes: false,
    ...input,
  };
  const idempotent = input.idempotent ?? createsSomething(declared);
  const headers = idempotent ? withIdempotencyKey(declared.headers) : declared.headers;
  return Object.freeze({ ...declared, idempotent, headers });
}

export type ParamsOf<O> = O extends Operation<infer P, TObject> ? Static<P> : never;
export type QueryOf<O> = O extends Operation<TObject, infer Q> ? Static<Q> : never;
export type BodyOf<O> =
  O extends Operation<TObject, TObject, infer B> ? (B extends TSchema ? Static<B> : undefined) : never;
export type SuccessOf<O> =
  O extends Operation<TObject, TObject, TSchema | null, infer S, Shape>
    ? S extends TSchema
      ? Static<S>
      : undefined
    : never;

/** The authorization of an operation, or `null` where nothing is decided. */
export function authorizationOf(operation: Operation): Authorization | null {
  return 'authorization' in operation.access ? operation.access.authorization : null;
}

/** Every fault an operation can answer with: its own, and those its access, limit and schemas bring. */
export function faultsOf(operation: Operation): readonly FaultName[] {
  const faults = new Set<FaultName>(operation.faults);
  const { access } = operation;
  if (access.kind !== 'public') faults.add('credential-missing');
  if (access.kind === 'policy' || access.kind === 'handler') {
    faults.add('policy-denied');
    const { from } = access.authorization.workspace;
    // Seed 002's organization routes say 403 to foreign and absent, as their document does; all others 404.
    if (from === 'path' || from === 'located')
      faults.add(operation.dialect === 'quickstart' ? 'not-a-member' : 'not-found');
    if (from === 'implied') faults.add('workspace-required');
  }
  if ('appKeyPermission' in access && access.kind !== 'handler')
    faults.add('api-key-invalid').add('policy-denied').add('not-found');
  if (access.kind === 'credential' && operation.method !== 'GET') faults.add('cross-site');
  if (operation.rateClass !== 'internal') faults.add('rate-limited');
  if (takesInput(operation)) faults.add('validation');
  if (operation.idempotent) for (const fault of idempotencyFaults) faults.add(fault);
  if (operation.body !== null) faults.add('body-too-large').add('unsupported-media-type');
  return [...faults];
}

function takesInput({ params, query, headers, body }: Operation): boolean {
  return (
    body !== null || [params, query, headers].some((schema) => Object.keys(schema.properties).length > 0)
  );
}
