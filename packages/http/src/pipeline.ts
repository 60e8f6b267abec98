import {
  onBehalfOfHeader,
  readCredential,
  readEndUserCredential,
  readOptionalAppKey,
  readOptionalEndUser,
  serviceTokenHeader,
  type Credential,
  type Question,
} from '@pcft/auth';
import {
  authorizationOf,
  idempotencyKeyHeader,
  replayedHeader,
  type Authorization,
  type OwnCredential,
} from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import { addressSubject, defaultRules } from '@pcft/limits';
import { rateMultiplier } from '@pcft/plans';
import type { Request, Response } from 'express';
import { isIP } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { abandonedSignal } from './abandoned-signal.ts';
import { AuditRow } from './audit-row.ts';
import type { Call, Handler, Located } from './call.ts';
import { readBasicCredentials } from './basic-credentials.ts';
import { completeIds } from './complete-ids.ts';
import { assertSameSite } from './cross-site.ts';
import { envelop } from './envelope.ts';
import { KeyedCall, type KeptAnswer } from './idempotency/keyed-call.ts';
import { judgeConsumer, keyPermissionMissing } from './judge-consumer.ts';
import {
  badCredential,
  judgeAccount,
  judgeCredential,
  judgeLocated,
  judgeSpan,
  judgeWorkspace,
  type Verdict,
} from './judge.ts';
import type { MountedOperation } from './mounted-operation.ts';
import { isForm, readBody, type RawBody } from './request-body.ts';
import { cookieOf, credentialHeaders, type RequestContext } from './request-context.ts';
import { assertDecodable, assertSafe } from './safe-input.ts';
import type { CallOptions } from './service-app-options.ts';

/** What a finished call answers. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * One call from route to answer, in the order the documents promise: credential, limit, policy, body; then the
 * Idempotency-Key and the handler. The audit row is the caller's affair (see `answerCall`): it is written whatever comes of this.
 */
export class Pipeline {
  readonly #options: CallOptions;
  readonly #mounted: MountedOperation;
  readonly #handler: Handler<unknown>;
  readonly #req: Request;
  readonly #res: Response;
  readonly #context: RequestContext;
  readonly row: AuditRow;
  callingService: string | null = null;
  #limited = false;
  readonly #ownHeaders: [string, string][] = [];

  constructor(
    options: CallOptions,
    mounted: MountedOperation,
    handler: Handler<unknown>,
    http: { req: Request; res: Response; context: RequestContext },
  ) {
    this.#options = options;
    this.#mounted = mounted;
    this.#handler = handler;
    this.#req = http.req;
    this.#res = http.res;
    this.#context = http.context;
    this.row = new AuditRow(mounted.operation, http.context, options.outbox);
  }

  /** A call of one service to another: neither limited nor audited again. */
  get betweenServices(): boolean {
    const { kind } = this.#mounted.operation.access;
    return kind === 'service' || (this.callingService !== null && kind === 'credential');
  }

  async run(): Promise<Answer> {
    const { operation } = this.#mounted;
    this.callingService = this.#readServiceToken();
    if (operation.access.kind === 'service' && !this.callingService) throw new Fault('credential-missing');
    if (this.betweenServices) await this.#assertAwaited();
    const presented = this.#readCredential();
    const credential = presented && { ...presented, presentedFrom: this.#context.clientIp };
    const crossSite = this.#crossSite(credential);
    const raw = await readBody(this.#req, operation);
    const params = this.#readParams();
    const located = params instanceof Fault ? null : await this.#locate(params, raw);
    const verdict = await this.#judge(credential, params, raw, located);
    this.#note(verdict, located);
    await this.limit(verdict);
    if (verdict?.fault) throw verdict.fault;
    if (crossSite) throw crossSite;
    if (params instanceof Fault) throw params;
    const declared = this.#readHeaders();
    const query = this.#readQuery();
    const body = this.#readBodyValue(raw);
    const call = this.#call({ credential, params, query, body, located, verdict, headers: declared, raw });
    const keyed = this.#keyed(call);
    if (!keyed) return this.#handle(call);
    const kept = await keyed.begin(this.#request(call, located));
    if (kept) {
      this.#options.onRepeat?.(call);
      return this.#repeat(kept);
    }
    return this.#handleKeyed(call, keyed);
  }

  async #handle(call: Call<unknown>): Promise<Answer> {
    const { operation } = this.#mounted;
    const reply = await this.#handler(call);
    this.#assertSettled();
    const body = envelop(operation, reply, call.query);
    this.#checkResponse(body);
    return { status: operation.success.status, body };
  }

  /** The hold on the key that the caller sent, to an operation that takes one. */
  #keyed({ principal, credential }: Call<unknown>): KeyedCall | null {
    const { operation } = this.#mounted;
    const { idempotency, logger } = this.#options;
    const key = this.#req.headers[idempotencyKeyHeader];
    if (!operation.idempotent || typeof key !== 'string' || !principal || !credential) return null;
    if (!idempotency) throw new Error(`${operation.operationId} has no store for its keys`);
    return new KeyedCall(
      idempotency,
      { principalId: principal.id, operationId: operation.operationId, key, token: credential.token },
      (err) => logger.warn({ err, request_id: this.#context.id }, 'idempotency key'),
    );
  }

  /** What has to be the same for a key to stand for the same request: also where it led, not only what was written. */
  #request({ params, query, body, access }: Call<unknown>, located: Located | null): unknown {
    return { params, query, body, workspace: access?.id ?? null, urn: located?.urn ?? null };
  }

  async #handleKeyed(call: Call<unknown>, keyed: KeyedCall): Promise<Answer> {
    this.row.beforeCommit((transaction) => keyed.effect(transaction));
    let answer: Answer;
    try {
      answer = await this.#handle(call);
    } catch (error) {
      await keyed.release();
      throw error;
    }
    // After the handler, so that who is told the answer again is told it when all that the change narrows is in force.
    await keyed.finish({ ...answer, headers: this.#ownHeaders });
    return answer;
  }

  #repeat({ status, body, headers }: KeptAnswer): Answer {
    for (const [name, value] of headers) this.#res.appendHeader(name, value);
    this.#res.setHeader(replayedHeader, 'true');
    this.row.replayed();
    return { status, body };
  }

  /**
   * A process that was paused finds all that other services have asked meanwhile, and long given up: renewals by the
   * hundred. None of it is worth a query while callers wait behind it. Nobody misses its row: such calls have none.
   */
  async #assertAwaited(): Promise<void> {
    // That the other end is gone is read in the turn after the request itself.
    await nextTurn();
    await nextTurn();
    const { socket } = this.#req;
    if (socket.destroyed || socket.readableEnded) throw new Fault('unavailable');
  }

  #readServiceToken(): string | null {
    const token = this.#req.headers[serviceTokenHeader];
    return typeof token === 'string' ? (this.#options.serviceKeys?.verify(token) ?? null) : null;
  }

  #onBehalfOf(): string | null {
    const given = this.#req.headers[onBehalfOfHeader];
    return this.callingService !== null && typeof given === 'string' && isIP(given) !== 0 ? given : null;
  }

  #readCredential(): Credential | null {
    const { operation } = this.#mounted;
    const { access } = operation;
    if (access.kind === 'service') return null;
    if (access.kind === 'public') {
      const user = access.endUser && readOptionalEndUser(credentialHeaders(this.#req));
      if (user) return user;
      const key =
        access.appKeyPermission === undefined ? null : readOptionalAppKey(credentialHeaders(this.#req));
      return key ?? this.#optionalPat();
    }
    if (access.kind === 'end-user') {
      const credential = readEndUserCredential(credentialHeaders(this.#req));
      if (!credential) throw new Fault('credential-missing');
      return credential;
    }
    const own: readonly OwnCredential[] = access.kind === 'handler' ? access.ownCredentials : [];
    const credential = readCredential(credentialHeaders(this.#req), own);
    if (!credential) throw new Fault('credential-missing');
    return credential;
  }

  /** A public operation needs no credential, and a bad one is as good as none; a PAT has its limit and its row. */
  #optionalPat(): Credential | null {
    try {
      const credential = readCredential(credentialHeaders(this.#req));
      return credential?.kind === 'pat' ? credential : null;
    } catch {
      return null;
    }
  }

  /** Told after the credential was judged, so that a forged call of a live session leaves its row. */
  #crossSite(credential: Credential | null): Fault | null {
    const guarded = credential?.kind === 'session' || this.#mounted.operation.faults.includes('cross-site');
    return guarded ? faultOf(() => assertSameSite(this.#req, this.#options.publicUrl)) : null;
  }

  /** A malformed path is told only to those whose credential is good: the credential comes first. */
  #readParams(): Record<string, string> | Fault {
    const params = { ...this.#req.params } as Record<string, string>;
    const fault = faultOf(() => {
      assertSafe(params, 'path');
      this.#mounted.params(params, 'path');
    });
    return fault ?? completeIds(this.#mounted.operation, params);
  }

  /** Only the headers that the operation declares: what nobody reads cannot be wrong. */
  #readHeaders(): Record<string, string> {
    const { headers } = this.#mounted.operation;
    const declared = Object.keys(headers.properties).filter((name) => this.#req.headers[name] !== undefined);
    const values = Object.fromEntries(declared.map((name) => [name, String(this.#req.headers[name])]));
    this.#mounted.headers(values, 'headers');
    return values;
  }

  #readQuery(): Record<string, unknown> {
    assertDecodable(this.#req.url);
    const query: Record<string, unknown> = { ...this.#req.query };
    assertSafe(query, 'query');
    this.#mounted.query(query, 'query');
    return query;
  }

  #readBodyValue({ value, fault, form }: RawBody): unknown {
    const validate = form ? this.#mounted.form : this.#mounted.body;
    if (fault) throw fault;
    if (!validate) {
      const empty =
        value === undefined ||
        (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
      if (!empty) throw new Fault('validation', { details: [{ field: 'body', reason: 'must be empty' }] });
      return undefined;
    }
    if (value === undefined)
      throw new Fault('validation', { details: [{ field: 'body', reason: 'required' }] });
    try {
      validate(value, 'body');
    } catch (error) {
      throw form && error instanceof Fault ? (unsupportedGrant(error) ?? error) : error;
    }
    return value;
  }

  async #locate(params: Record<string, string>, { value }: RawBody): Promise<Located | null> {
    const workspace = authorizationOf(this.#mounted.operation)?.workspace;
    if (workspace?.from !== 'located') return null;
    const locator = this.#options.locators?.[workspace.locator];
    if (!locator) throw new Error(`no locator ${workspace.locator}`);
    return locator({ params, rawBody: value });
  }

  async #judge(
    credential: Credential | null,
    params: Record<string, string> | Fault,
    raw: RawBody,
    located: Located | null,
  ): Promise<Verdict | null> {
    const { access } = this.#mounted.operation;
    if (!credential) return null;
    const consumer = access.kind === 'end-user' || access.kind === 'public';
    if (consumer && (credential.kind === 'app-key' || credential.kind === 'end-user')) {
      const known = params instanceof Fault ? null : params;
      return judgeConsumer(this.#options, this.row, credential, access, known);
    }
    if (credential.kind === 'app-key') return this.#judgeOwn(credential);
    const { introspector } = this.#options;
    if (params instanceof Fault) return judgeCredential(introspector, credential);
    switch (access.kind) {
      case 'public':
        return this.#judgeOptional(credential);
      case 'service':
      case 'end-user':
        return null;
      case 'credential':
        // A service asks on behalf of a caller: its handler finds out, and tells it also of dead credentials.
        return this.callingService ? null : judgeCredential(introspector, credential);
      case 'handler':
        return located
          ? judgeLocated(introspector, credential, this.#question(params, located), located, this.#absent())
          : judgeCredential(introspector, credential);
      case 'policy':
        return this.#judgePolicy(credential, access.authorization, params, raw, located);
    }
  }

  async #judgeOptional(credential: Credential): Promise<Verdict | null> {
    try {
      const verdict = await judgeCredential(this.#options.introspector, credential);
      return verdict.fault ? null : verdict;
    } catch {
      // Nothing public waits for platform.
      return null;
    }
  }

  #judgePolicy(
    credential: Credential,
    { workspace }: Authorization,
    params: Record<string, string>,
    raw: RawBody,
    located: Located | null,
  ): Promise<Verdict> {
    const { introspector } = this.#options;
    const question = this.#question(params, located);
    switch (workspace.from) {
      case 'path':
        return judgeWorkspace(
          introspector,
          credential,
          question,
          params[workspace.param] ?? '',
          this.#absent(),
        );
      case 'located':
        return judgeLocated(introspector, credential, question, located, this.#absent());
      case 'implied':
        return judgeWorkspace(introspector, credential, question, this.#impliedRef(raw), this.#absent());
      case 'span':
        return judgeSpan(introspector, credential, question);
      case 'account':
      case 'self':
        return judgeAccount(introspector, credential, question);
    }
  }

  /** `workspace_id` of body or query if it could name one, else `-`. A malformed one is refused with the body. */
  #impliedRef({ value }: RawBody): string {
    const named = [value, this.#req.query].map(
      (source) => (source as Record<string, unknown> | null | undefined)?.['workspace_id'],
    );
    const ref = named.find((text) => text !== undefined);
    return typeof ref === 'string' && /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(ref) ? ref : '-';
  }

  async #judgeOwn(credential: Credential): Promise<Verdict> {
    const verify = this.#options.ownCredentials?.['app-key'];
    const verified = verify ? await verify(credential.token) : null;
    if (!verified) return badCredential(credential);
    this.row.add({ log: verified.workspaceId });
    if (!verified.active) return badCredential(credential, verified.principal);
    const { access } = this.#mounted.operation;
    const needed = access.kind === 'handler' ? access.appKeyPermission : undefined;
    const fault = needed === undefined || verified.allows?.(needed) ? null : keyPermissionMissing(needed);
    return { principal: verified.principal, access: null, visible: [], decision: null, fault };
  }

  #question(params: Record<string, string>, located: Located | null): Question {
    const { operation } = this.#mounted;
    const authorization = authorizationOf(operation);
    if (!authorization) throw new Error(`${operation.operationId} decides nothing`);
    const urn = { ...params, ...located?.urn };
    return { operation, authorization, urn, clientIp: this.#context.clientIp, now: new Date() };
  }

  /**
   * Foreign and absent look the same: 404. Only seed 002's organization routes say 403 to both, as their document does.
   */
  #absent(): Fault {
    return new Fault(this.#mounted.operation.dialect === 'quickstart' ? 'not-a-member' : 'not-found');
  }

  #note(verdict: Verdict | null, located: Located | null): void {
    const { state } = this.row;
    if (!verdict) {
      state.appId = located?.appId ?? null;
      return;
    }
    const { principal, access, decision } = verdict;
    state.principal = principal;
    // A denial is a row of the caller's workspace, never of one its credential does not reach: and it does not tell
    // the id of what was only named there, or the log would say what exists.
    const reached = access !== null && !access.pinned;
    state.workspaceId = reached ? access.id : null;
    state.appId = reached ? (located?.appId ?? null) : (principal?.appId ?? null);
    state.resource = decision?.resource ?? null;
    state.decision = decision && pickDecision(decision.deciding);
  }

  /**
   * Counts the call, once, and sets the limit headers. A call that failed before its turn is counted against the
   * caller's address when it is answered, or guessing credentials were free.
   */
  async limit(verdict: Verdict | null): Promise<void> {
    const { rateClass } = this.#mounted.operation;
    if (this.#limited || rateClass === 'internal' || this.betweenServices) return;
    this.#limited = true;
    const known = verdict?.principal && verdict.fault?.status !== 401 ? verdict.principal.id : null;
    const byCredential = defaultRules[rateClass].by === 'credential' && known !== null;
    const subject = byCredential ? known : addressSubject(this.#context.clientIp);
    const plan = verdict?.access?.plan ?? verdict?.plan ?? 'free';
    const multiplier = byCredential ? rateMultiplier(plan, rateClass) : 1;
    const { allowed, headers } = await this.#options.limiter.consume(rateClass, subject, multiplier);
    for (const [name, value] of Object.entries(headers)) this.#res.setHeader(name, value);
    if (!allowed) throw new Fault('rate-limited');
  }

  #call(input: {
    credential: Credential | null;
    params: unknown;
    query: unknown;
    body: unknown;
    located: Located | null;
    verdict: Verdict | null;
    headers: Record<string, string>;
    raw: RawBody;
  }): Call<unknown> {
    const { credential, verdict, located } = input;
    const response = this.#res;
    return {
      operation: this.#mounted.operation,
      params: input.params as never,
      query: input.query as never,
      body: input.body as never,
      headers: input.headers,
      request: {
        ...this.#context,
        sessionToken: credential?.kind === 'session' ? credential.token : null,
        form: isForm(this.#req, this.#mounted.operation),
        basic: this.#mounted.operation.form ? readBasicCredentials(this.#req.headers.authorization) : null,
        onBehalfOf: this.#onBehalfOf(),
        rawBody: input.raw.bytes ?? null,
        secure: this.#options.publicUrl.startsWith('https:'),
        abandoned: () => abandonedSignal(response),
        cookie: (name) => cookieOf(this.#req, name),
      },
      credential,
      principal: verdict?.principal ?? null,
      access: verdict?.access ?? null,
      visible: verdict?.visible ?? [],
      located: located?.entity,
      callingService: this.callingService,
      audit: this.row,
      decide: (found) => this.#decideLate(credential, found),
      header: (name, value) => {
        this.#ownHeaders.push([name, value]);
        response.appendHeader(name, value);
      },
    };
  }

  /** The decision of a `handler` operation whose workspace its locator could not find. */
  async #decideLate(
    credential: Credential | null,
    found: { workspace: string; resource: string },
  ): Promise<void> {
    if (!credential || credential.kind === 'app-key' || credential.kind === 'end-user')
      throw new Error('only a PAT or a session can be decided on');
    const question = this.#question({}, null);
    const exact = { ...question, authorization: { ...question.authorization, resource: found.resource } };
    const verdict = await judgeWorkspace(
      this.#options.introspector,
      credential,
      exact,
      found.workspace,
      this.#absent(),
    );
    this.#note(verdict, null);
    if (verdict.fault) throw verdict.fault;
  }

  /** A change that left its row out of the transaction could be lost with a crash: a defect, said where it is cheap. */
  #assertSettled(): void {
    const { operation } = this.#mounted;
    if (operation.changes && !this.row.settled && this.#options.strictResponses) {
      throw new Error(`${operation.operationId} changed something without its audit row in the transaction`);
    }
  }

  #checkResponse(body: unknown): void {
    const problem = this.#mounted.response(body);
    if (problem === null) return;
    const message = `${this.#mounted.operation.operationId}: response breaks its schema: ${problem}`;
    if (this.#options.strictResponses) throw new Error(message);
    this.#options.logger.error({ operation: this.#mounted.operation.operationId }, message);
  }
}

function pickDecision({
  layer,
  reason,
  statement,
}: {
  layer: string;
  reason: string;
  statement: number | null;
}) {
  return { layer, reason, statement };
}

/** RFC 6749 section 5.2 has a code of its own for a grant type that is there but not known. */
function unsupportedGrant({ details }: Fault): Fault | null {
  const grant = details.find(
    ({ field, reason }) => field === 'grant_type' && reason.startsWith('must be one of'),
  );
  return grant ? new Fault('grant-unsupported', { details: [grant] }) : null;
}

/** The Fault that something throws, as a value: the checks have an order of their own. */
function faultOf(check: () => void): Fault | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}
