import type { Principal } from '@pcft/auth';
import { authorizationOf, type Operation } from '@pcft/contracts';
import { createId } from '@pcft/credentials';
import {
  InvalidEvent,
  type AuditEvent,
  type Outbox,
  type TransactionClient,
  type TransactionId,
} from '@pcft/events';
import type { AuditFields, CallAudit } from './call.ts';
import type { RequestContext } from './request-context.ts';

/** Everything the pipeline has learnt of a call by the time its row is written. */
export interface AuditState {
  principal: Principal | null;
  /** The workspace that decided, when the caller is a member and the credential reaches it. */
  workspaceId: string | null;
  resource: string | null;
  appId: string | null;
  decision: AuditEvent['decision'];
}

/** The row of one call: gathered while the call runs, written once. */
export class AuditRow implements CallAudit {
  readonly state: AuditState = {
    principal: null,
    workspaceId: null,
    resource: null,
    appId: null,
    decision: null,
  };
  /** True once the row was put into a transaction, or the call is known to have changed nothing. */
  settled = false;
  #transaction: TransactionId | null = null;
  readonly #operation: Operation;
  readonly #context: RequestContext;
  readonly #outbox: Outbox;
  #counted = false;
  #ofNobody = false;
  #fields: AuditFields = {};
  #beforeCommit: ((transaction: TransactionClient) => Promise<void>) | null = null;

  constructor(operation: Operation, context: RequestContext, outbox: Outbox) {
    this.#operation = operation;
    this.#context = context;
    this.#outbox = outbox;
  }

  add(fields: AuditFields): void {
    const metadata = { ...this.#fields.metadata, ...fields.metadata };
    this.#fields = { ...this.#fields, ...fields, metadata };
  }

  async commit(transaction: TransactionClient, fields: AuditFields = {}): Promise<void> {
    this.add(fields);
    await this.#beforeCommit?.(transaction);
    const event = this.#event(this.#fields.status ?? this.#operation.success.status);
    if (event)
      this.#transaction = await storable(event, (each) =>
        this.#outbox.appendInTransaction(transaction, each),
      );
    this.settled = true;
  }

  /** What every transaction of this call does before its row is appended; throws where it must not be committed. */
  beforeCommit(guard: (transaction: TransactionClient) => Promise<void>): void {
    this.#beforeCommit = guard;
  }

  /** The answer of an earlier call was repeated: a row of what was asked for, not of a second event. */
  replayed(): void {
    const action = authorizationOf(this.#operation)?.action ?? this.#operation.operationId;
    this.add({ action, metadata: { idempotent_replay: true } });
    this.settled = true;
  }

  nothingChanged(): void {
    this.settled = true;
  }

  ofNobody(): void {
    this.#ofNobody = true;
  }

  countedInstead(): void {
    this.#counted = true;
  }

  /** Whether the answer needs no row of its own: it waits for nothing then. */
  isCounted(status: number): boolean {
    return this.#counted && status < 400 && this.#transaction === null;
  }

  /**
   * Writes the row of a call that left none in a committed transaction; resolves when it is committed. A call that
   * failed after its change was committed has the change's row, one whose transaction was rolled back has none yet.
   */
  async write(status: number): Promise<void> {
    if (this.#transaction !== null) {
      if (status < 400 || !(await this.#outbox.wasRolledBack(this.#transaction))) return;
    }
    if (this.isCounted(status)) return;
    const event = this.#event(status);
    if (event) await storable(event, (each) => this.#outbox.append(each));
    else if (this.#ofNobody) await this.#rehearse(status);
  }

  async #rehearse(status: number): Promise<void> {
    this.#fields = { ...this.#fields, log: createId('acc_') };
    const event = this.#event(status);
    if (event) await storable(event, (each) => this.#outbox.rehearse(each));
  }

  /** `null` where the call belongs to nobody's log: no token that was ever issued, and no log named. */
  #event(status: number): AuditEvent | null {
    const { principal, workspaceId, resource, appId, decision } = this.state;
    const fields = this.#fields;
    const log = fields.log ?? workspaceId ?? principal?.workspaceId ?? principal?.accountId;
    if (!log) return null;
    const authorization = authorizationOf(this.#operation);
    const outcome = fields.outcome ?? outcomeOf(status);
    const policyAction = authorization?.action ?? null;
    const named = outcome === 'success' ? (this.#operation.event ?? policyAction) : policyAction;
    return {
      id: createId('aud_'),
      log,
      service: this.#operation.service,
      occurred_at: new Date().toISOString(),
      action: fields.action ?? named ?? this.#operation.event ?? this.#operation.operationId,
      required_action: policyAction,
      operation: this.#operation.operationId,
      access: authorization?.access ?? null,
      actor: { ...actorOf(principal), ...fields.actor },
      workspace_id: fields.workspaceId ?? (log.startsWith('ws_') ? log : null),
      app_id: fields.appId ?? appId,
      resource: fields.resource ?? resource,
      target: fields.target ?? null,
      outcome,
      decision,
      status,
      request_id: this.#context.id,
      trace_id: this.#context.traceId,
      ip: this.#context.clientIp,
      user_agent: this.#context.userAgent,
      metadata: { ...fields.metadata },
      changes: fields.changes ?? null,
    };
  }
}

/**
 * Appends a row; one that cannot be stored as it is, most likely for its size, keeps all that says who did what and
 * loses what the caller made it too large with. The outbox refuses such a row before it touches the database.
 */
async function storable<T>(event: AuditEvent, append: (event: AuditEvent) => Promise<T>): Promise<T> {
  try {
    return await append(event);
  } catch (error) {
    if (!(error instanceof InvalidEvent)) throw error;
    return append({
      ...event,
      changes: null,
      metadata: { omitted: 'details that an audit event cannot hold' },
    });
  }
}

function outcomeOf(status: number): AuditEvent['outcome'] {
  if (status < 400) return 'success';
  return status === 401 || status === 403 || status === 404 || status === 429 ? 'denied' : 'failed';
}

function actorOf(principal: Principal | null): AuditEvent['actor'] {
  switch (principal?.type) {
    case undefined:
      return { type: 'anonymous', id: null, pat_id: null, session_id: null };
    case 'pat':
      return { type: 'account', id: principal.accountId, pat_id: principal.id, session_id: null };
    case 'session':
      return { type: 'account', id: principal.accountId, pat_id: null, session_id: principal.id };
    case 'app-key':
      return { type: 'app_key', id: principal.id, pat_id: null, session_id: null };
    case 'end-user':
      return { type: 'user', id: principal.id, pat_id: null, session_id: principal.sessionId ?? null };
  }
}
