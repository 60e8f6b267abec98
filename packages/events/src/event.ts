import Type, { type Static, type TSchema } from 'typebox';

/** Crockford base32, as ULIDs are written. */
const ulid = '[0-9A-HJKMNP-TV-Z]{26}';

const closed = { additionalProperties: false } as const;

function nullable<S extends TSchema>(schema: S) {
  return Type.Union([schema, Type.Null()]);
}

function oneOf<const V extends readonly string[]>(values: V) {
  return Type.Unsafe<V[number]>({ type: 'string', enum: [...values] });
}

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
/** What came with the request, which may be empty. */
const given = (maxLength: number) => Type.String({ maxLength });
const map = () => Type.Record(Type.String(), Type.Unknown());

export const actorTypes = ['account', 'user', 'app_key', 'credential', 'service', 'anonymous'] as const;
export const outcomes = ['success', 'denied', 'failed'] as const;
const accessLevels = ['list', 'read', 'write', 'delete', 'permissions'] as const;

/** The largest serialized event in bytes; the outbox table has a check of the same size. */
export const maxEventBytes = 65_536;

/**
 * One audit event: what was asked, by whom, what was decided and done. It does not say that the answer arrived.
 * Fields are snake_case because this object, serialized once, is what is chained, exported and verified.
 */
export const auditEventSchema = Type.Object(
  {
    id: Type.Unsafe<`aud_${string}`>({ type: 'string', pattern: `^aud_${ulid}$` }),
    /** Whose chain: the workspace's, or the account's for calls that belong to no workspace. */
    log: Type.String({ pattern: `^(ws|acc)_${ulid}$` }),
    service: Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' }),
    /** RFC 3339, UTC, milliseconds. */
    occurred_at: Type.String({
      pattern:
        '^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3])(:[0-5][0-9]){2}\\.[0-9]{3}Z$',
    }),
    /** The declared event name, e.g. `role.assigned`, else the policy action. */
    action: text(200),
    /** Always the policy action; `null` where nothing is decided. */
    required_action: nullable(text(200)),
    operation: text(200),
    access: nullable(oneOf(accessLevels)),
    actor: Type.Object(
      {
        type: oneOf(actorTypes),
        id: nullable(text(200)),
        pat_id: nullable(text(200)),
        session_id: nullable(text(200)),
      },
      closed,
    ),
    workspace_id: nullable(text(200)),
    app_id: nullable(text(200)),
    /** The URN that was decided on. */
    resource: nullable(given(2048)),
    target: nullable(Type.Object({ type: text(100), id: text(512) }, closed)),
    outcome: oneOf(outcomes),
    decision: nullable(
      Type.Object(
        { layer: text(100), reason: given(2048), statement: nullable(Type.Integer({ minimum: 0 })) },
        closed,
      ),
    ),
    status: Type.Integer({ minimum: 100, maximum: 599 }),
    request_id: text(200),
    trace_id: nullable(given(64)),
    ip: nullable(given(64)),
    user_agent: nullable(given(1024)),
    /** No secrets here, nor in `changes`. */
    metadata: map(),
    changes: nullable(Type.Object({ before: nullable(map()), after: nullable(map()) }, closed)),
  },
  closed,
);

export type AuditEvent = Static<typeof auditEventSchema>;
