import type { Credential, Principal, WorkspaceAccess } from '@pcft/auth';
import type { BodyOf, Operation, ParamsOf, QueryOf, SuccessOf } from '@pcft/contracts';
import type { AuditEvent, TransactionClient } from '@pcft/events';
import type { BasicCredentials } from './basic-credentials.ts';

/** What a locator finds: whose the addressed resource is, and the ids its URN is made of. */
export interface Located<E = unknown> {
  readonly workspaceId: string;
  /** Values for the URN template, e.g. `{app: 'app_…'}`. Ids, never names. */
  readonly urn: Readonly<Record<string, string>>;
  readonly appId?: string;
  /** The resource as it was read, so that the use case need not read it again. */
  readonly entity: E;
}

/**
 * Finds the resource that a call addresses, before anything is decided. Path parameters are validated by then; the
 * body is not, so `rawBody` is unknown JSON (or `undefined`). `null`: absent, which the caller sees as 404.
 */
export type Locator<E = unknown> = (input: {
  readonly params: Readonly<Record<string, string>>;
  readonly rawBody: unknown;
}) => Promise<Located<E> | null>;

/** What a use case adds to the audit row that the pipeline makes of every call. */
export interface AuditFields {
  /** Whose log the row belongs to, where the pipeline cannot know: `ws_…` or `acc_…`. */
  readonly log?: string;
  readonly action?: string;
  readonly actor?: Partial<AuditEvent['actor']>;
  readonly target?: { readonly type: string; readonly id: string };
  readonly workspaceId?: string;
  readonly appId?: string;
  readonly resource?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly changes?: AuditEvent['changes'];
  readonly outcome?: AuditEvent['outcome'];
  /** Of a refusal whose consequences are committed, e.g. a session ended by a replayed token. */
  readonly status?: number;
}

export interface CallAudit {
  /** Adds fields to the row that is written when the call ends. Later values win. */
  add(fields: AuditFields): void;
  /**
   * Writes the row of a successful change inside its transaction. Every change does this exactly once; a change
   * that answers without it is a defect, and in tests an error.
   */
  commit(transaction: TransactionClient, fields?: AuditFields): Promise<void>;
  /** A change that turned out to have nothing to do: its row is written like that of a read. */
  nothingChanged(): void;
  /**
   * The call is about somebody who is not there: it leaves no row, in the time that one takes, so that its answer cannot be
   * told by its time from that of a call about somebody who is.
   */
  ofNobody(): void;
  /**
   * The call leaves no row if it succeeds: its handler counts it instead. For what a running backend asks a thousand
   * times a minute with a key of its own, and for nothing else.
   */
  countedInstead(): void;
}

/** One call, as a handler sees it: checked, limited, decided and validated. */
export interface Call<O = Operation, E = unknown> {
  readonly operation: Operation;
  readonly params: ParamsOf<O>;
  readonly query: QueryOf<O>;
  readonly body: BodyOf<O>;
  /** Those the operation declares, by lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly request: {
    readonly id: string;
    readonly clientIp: string;
    readonly userAgent: string | null;
    readonly traceId: string | null;
    /** Of a calling service: the address of the caller for whom it asks. */
    readonly onBehalfOf: string | null;
    /** The body's bytes, for signatures over them; `null` where none was sent. */
    readonly rawBody: Uint8Array | null;
    /** The token of the session cookie, for signing out. */
    readonly sessionToken: string | null;
    /** True where the body came as a form: its dialect is RFC 6749's. */
    readonly form: boolean;
    /** Where a form may come: how its client proves itself in the Authorization header (RFC 6749 section 2.3.1). */
    readonly basic: BasicCredentials | 'malformed' | null;
    /** True where the public origin is https. */
    readonly secure: boolean;
    /** Aborted when the connection of the call ends before its answer: whatever is still waited for is for nobody. */
    abandoned(): AbortSignal;
    /** A cookie by name, as it was sent. */
    cookie(name: string): string | null;
  };
  /** As presented; in `credential` calls by a service it is the handler that finds out whether it is good. */
  readonly credential: Credential | null;
  /** `null` in public and service calls. */
  readonly principal: Principal | null;
  /** The workspace that decided; `null` where none is addressed, and in `span` calls. */
  readonly access: WorkspaceAccess | null;
  /** In `span` calls: the workspaces in which the action is allowed. */
  readonly visible: readonly WorkspaceAccess[];
  /** What the locator found. */
  readonly located: E;
  /** The calling service, in service calls. */
  readonly callingService: string | null;
  readonly audit: CallAudit;
  /** Only `handler` operations: decides on what the use case found. Throws the Fault of a denial. */
  decide(input: { readonly workspace: string; readonly resource: string }): Promise<void>;
  /** Adds a response header or cookie. */
  header(name: string, value: string): void;
}

/** Items of one page and how many there are in all. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  /** Only where the operation's pages have a cursor: `null` on the last page. */
  readonly nextCursor?: string | null;
  /** Likewise: `total` is the most that is counted, and there are more. */
  readonly isTotalExceeded?: boolean;
}

type ShapeOf<O> = O extends { readonly success: { readonly shape: infer H } } ? H : never;

/**
 * What a `stream` operation sends; it is read no faster than the caller takes it. `cut` breaks the connection off, also
 * while the caller takes nothing.
 */
export type ByteStream = AsyncIterable<string | Uint8Array> & { readonly cut?: AbortSignal };

/** What a handler gives back: the bare body, a page of them, bytes to come, or nothing. */
export type ReplyOf<O> =
  ShapeOf<O> extends 'stream'
    ? ByteStream
    : ShapeOf<O> extends 'page'
      ? Page<SuccessOf<O>>
      : SuccessOf<O> extends undefined
        ? void
        : SuccessOf<O>;

export type Handler<O, E = unknown> = (call: Call<O, E>) => Promise<ReplyOf<O>>;

/** One handler for every declared operation, no more and no less. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a locator finds is known to the handler, not to the map
export type Handlers<Operations> = { readonly [K in keyof Operations]: Handler<Operations[K], any> };
