import type { auditOperations, SuccessOf } from '@pcft/contracts';
import { createId, type Sealer } from '@pcft/credentials';
import { Fault, invalid } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import { checkUrl, createWebhookSecret, TargetRefused, type TargetPolicy } from '@pcft/outbound';
import type { RowsInOrder } from '../live/rows-in-order.ts';
import type { Deliver } from './deliver.ts';
import type { PrismaSinkStore } from './prisma-sink-store.ts';
import { reasonOf } from './sink-courier.ts';
import type { Sink, SinkKind } from './sink.ts';
import { isAllowedSyslog } from './syslog.ts';

type Operations = Pick<
  typeof auditOperations,
  | 'createAuditSink'
  | 'listAuditSinks'
  | 'getAuditSink'
  | 'updateAuditSink'
  | 'deleteAuditSink'
  | 'rotateAuditSinkSecret'
  | 'testAuditSink'
>;
type WireSink = SuccessOf<Operations['getAuditSink']>;

export interface SinkDeps {
  readonly sinks: PrismaSinkStore;
  readonly inOrder: RowsInOrder;
  readonly sinkSealer: Sealer;
  readonly deliver: Deliver;
  /** What may be named here. */
  readonly sinkTargets: {
    readonly policy: TargetPolicy;
    readonly files: boolean;
    readonly syslog: readonly string[];
  };
}

const mostSinks = 100;

export function sinkHandlers(deps: SinkDeps): Handlers<Operations> {
  const { sinks, inOrder, sinkSealer, deliver, sinkTargets } = deps;

  async function shown(sink: Sink): Promise<WireSink> {
    return toWire(sink, await inOrder.lastSeq(sink.log));
  }
  async function known(
    call: Pick<Call, 'access'> & { readonly params: { readonly sink: string } },
  ): Promise<Sink> {
    const sink = await sinks.find(logOf(call), call.params.sink);
    if (!sink) throw new Fault('not-found');
    return sink;
  }

  return {
    async createAuditSink(call: Call<Operations['createAuditSink']>) {
      const { name, kind, url = null, filter = {}, from = 'now', enabled = true } = call.body;
      assertTarget(sinkTargets, kind, url);
      const log = logOf(call);
      const id = createId('snk_');
      const secret = kind === 'webhook' ? createWebhookSecret() : null;
      const position = from === 'now' ? await inOrder.lastSeq(log) : 0n;
      const sink = await sinks.change(async (transaction) => {
        const sealed = secret === null ? null : Uint8Array.from(sinkSealer.seal(id, Buffer.from(secret)));
        const draft = { id, log, name, kind, url, filter, enabled, position, secret: sealed };
        const createdBy = call.principal?.accountId ?? '';
        if (!(await sinks.insert(transaction, { ...draft, createdBy }, mostSinks)))
          throw new Fault('conflict', { message: `A workspace has at most ${mostSinks} sinks` });
        await call.audit.commit(transaction, {
          target: { type: 'audit-sink', id },
          changes: { before: null, after: { name, kind, url, filter, enabled, from } },
        });
        return sinks.find(log, id, transaction);
      });
      if (!sink) throw new Error('the sink was not inserted');
      return { ...(await shown(sink)), secret };
    },

    async listAuditSinks(call: Call<Operations['listAuditSinks']>) {
      const { limit = 20, offset = 0 } = call.query;
      const log = logOf(call);
      const [{ items, total }, head] = await Promise.all([
        sinks.list(log, { limit, offset }),
        inOrder.lastSeq(log),
      ]);
      return { items: items.map((each) => toWire(each, head)), total };
    },

    async getAuditSink(call: Call<Operations['getAuditSink']>) {
      return shown(await known(call));
    },

    async updateAuditSink(call: Call<Operations['updateAuditSink']>) {
      const { params, body, audit } = call;
      const log = logOf(call);
      const sink = await sinks.change(async (transaction) => {
        const before = await sinks.lock(transaction, log, params.sink);
        if (!before) throw new Fault('not-found');
        if (body.url !== undefined || body.enabled)
          assertTarget(sinkTargets, before.kind, body.url ?? before.url);
        await sinks.update(transaction, before.id, body);
        await audit.commit(transaction, {
          target: { type: 'audit-sink', id: before.id },
          changes: {
            before: Object.fromEntries(
              Object.keys(body).map((name) => [name, before[name as keyof typeof body]]),
            ),
            after: { ...body },
          },
        });
        return sinks.find(log, before.id, transaction);
      });
      if (!sink) throw new Fault('not-found');
      return shown(sink);
    },

    async deleteAuditSink(call: Call<Operations['deleteAuditSink']>) {
      const log = logOf(call);
      await sinks.change(async (transaction) => {
        const before = await sinks.lock(transaction, log, call.params.sink);
        if (!before) throw new Fault('not-found');
        const { id, name, kind, url } = before;
        await sinks.remove(transaction, id);
        await call.audit.commit(transaction, {
          target: { type: 'audit-sink', id },
          changes: { before: { name, kind, url }, after: null },
        });
      });
    },

    async rotateAuditSinkSecret(call: Call<Operations['rotateAuditSinkSecret']>) {
      const log = logOf(call);
      const secret = createWebhookSecret();
      const until = new Date(Date.now() + (call.body.overlap_seconds ?? 86_400) * 1000);
      const sink = await sinks.change(async (transaction) => {
        const before = await sinks.lock(transaction, log, call.params.sink);
        if (!before) throw new Fault('not-found');
        if (before.kind !== 'webhook')
          throw new Fault('conflict', { message: 'Only a webhook has a secret' });
        const sealed = Uint8Array.from(sinkSealer.seal(before.id, Buffer.from(secret)));
        await sinks.setSecret(transaction, before, sealed, until);
        await call.audit.commit(transaction, { target: { type: 'audit-sink', id: before.id } });
        return sinks.find(log, before.id, transaction);
      });
      if (!sink) throw new Fault('not-found');
      return { ...(await shown(sink)), secret, previous_secret_expires_at: until.toISOString() };
    },

    async testAuditSink(call: Call<Operations['testAuditSink']>) {
      const sink = await known(call);
      call.audit.add({ target: { type: 'audit-sink', id: sink.id } });
      const startedAt = performance.now();
      const id = `msg_${call.request.id}`;
      const error = await deliver(sink, { id, type: 'audit.test', at: new Date(), rows: [] }).then(
        () => null,
        (thrown: unknown) => {
          const said = reasonOf(thrown);
          if (said === null) throw thrown;
          return said;
        },
      );
      call.audit.add({ metadata: { delivered: error === null, ...(error !== null && { error }) } });
      return { delivered: error === null, error, duration_ms: Math.round(performance.now() - startedAt) };
    },
  };
}

function logOf({ access }: Pick<Call, 'access'>): string {
  if (!access) throw new Fault('not-found');
  return access.id;
}

/** What is wrong with a target as it is written; where its name leads is looked at with every delivery. */
function assertTarget(
  { policy, files, syslog }: SinkDeps['sinkTargets'],
  kind: SinkKind,
  url: string | null,
): void {
  if (kind === 'file') {
    if (!files) throw invalid('kind', 'files are not enabled here');
    if (url !== null) throw invalid('url', 'must not be given for a file');
    return;
  }
  if (url === null) throw invalid('url', 'required');
  if (kind === 'syslog') {
    if (!isAllowedSyslog(url, syslog)) throw invalid('url', 'is not a receiver that is allowed here');
    return;
  }
  try {
    checkUrl(url, policy);
  } catch (error) {
    if (error instanceof TargetRefused) throw invalid('url', error.message);
    throw error;
  }
}

function toWire(sink: Sink, head: bigint): WireSink {
  const { id, name, kind, url, filter, enabled, position, failures, failingSince, gaveUpAt, lastError } =
    sink;
  const failing = failingSince === null ? 'active' : 'failing';
  return {
    ...{
      id,
      name,
      kind,
      url,
      filter: filter as WireSink['filter'],
      enabled,
      failures,
      last_error: lastError,
    },
    status: enabled ? failing : gaveUpAt ? 'gave_up' : 'disabled',
    delivered_seq: Number(position),
    lag: Math.max(0, Number(head - position)),
    delivered_at: sink.deliveredAt?.toISOString() ?? null,
    failing_since: failingSince?.toISOString() ?? null,
    next_attempt_at: enabled && failingSince ? sink.nextAttemptAt.toISOString() : null,
    created_at: sink.createdAt.toISOString(),
    updated_at: sink.updatedAt.toISOString(),
  };
}
