import { randomFillSync } from 'node:crypto';
import { chainHash } from '../../packages/audit-proof/src/index.ts';
import { type AuditEvent, serializeEvent } from '../../packages/events/src/index.ts';
import { type ChainEntry, indexColumns } from '../../services/audit/src/ingest/chain-entry.ts';

/** What the filters of the benchmark choose from: as many of each as a busy workspace has. */
export const population = {
  actors: 100,
  pats: 300,
  addresses: 250,
  projects: 2_000,
  words: 5_000,
} as const;

/** [action, access, service, share in per mille] */
type Kind = readonly [string, NonNullable<AuditEvent['access']>, string, number];
const anyKind: Kind = ['projects.file.read', 'read', 'projects', 400];
const kinds: readonly Kind[] = [
  anyKind,
  ['projects.read', 'read', 'projects', 200],
  ['workspace.member.list', 'list', 'platform', 100],
  ['heimdall.user.read', 'read', 'heimdall-admin', 100],
  ['projects.file.update', 'write', 'projects', 80],
  ['heimdall.app.read', 'read', 'heimdall-admin', 60],
  ['workspace.read', 'read', 'platform', 30],
  ['tokens.issue', 'write', 'tokens', 20],
  ['heimdall.role.update', 'permissions', 'heimdall-admin', 6],
  ['access-token.created', 'permissions', 'platform', 3],
  ['workspace.member.delete', 'delete', 'platform', 1],
];
const byShare = kinds.flatMap((kind) => Array.from({ length: kind[3] }, () => kind));

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const random = Buffer.alloc(16 * 4096);
let used = random.length;

/** An id as it would have been made at that time. */
export function idAt(prefix: string, time: number): string {
  let text = '';
  for (let rest = time, n = 0; n < 10; n++, rest = Math.floor(rest / 32))
    text = (crockford[rest % 32] ?? '') + text;
  if (used === random.length) [used] = [0, randomFillSync(random)];
  for (let n = 0; n < 16; n++) text += crockford[(random[used++] ?? 0) % 32];
  return prefix + text;
}

export const actorId = (n: number): string => `acc_01HQ3KXFG6ZJ4Y8M2N5P7${String(n).padStart(5, '0')}`;
export const patId = (n: number): string => `pat_01HQ3KXFG6ZJ4Y8M2N5P7${String(n).padStart(5, '0')}`;
export const address = (n: number): string => `198.51.${100 + (n % 5)}.${n % 250}`;
export const project = (n: number): string => `pcft:projects:project/prj_${n}`;
export const word = (n: number): string => `word${n}`;

const below = (count: number): number => Math.floor(Math.random() * count);

function eventAt(log: string, time: number): AuditEvent {
  const [action, access, service] = byShare[below(byShare.length)] ?? anyKind;
  const luck = below(100);
  const changes = access === 'write' || access === 'permissions';
  const target = `${project(below(population.projects))}/file/fil_${below(20)}`;
  return {
    id: idAt('aud_', time) as AuditEvent['id'],
    log,
    service,
    occurred_at: new Date(time).toISOString(),
    action,
    required_action: action === 'access-token.created' ? 'workspace.token.create' : action,
    operation: 'anOperation',
    access,
    actor: {
      type: 'account',
      id: actorId(below(population.actors)),
      pat_id: patId(below(population.pats)),
      session_id: null,
    },
    workspace_id: log,
    app_id: service === 'heimdall-admin' ? `app_${below(20)}` : null,
    resource: service === 'projects' ? target : `pcft:${service}:workspace/${log}`,
    target: changes ? { type: 'file', id: `fil_${below(20_000)}` } : null,
    outcome: luck < 2 ? 'denied' : luck < 3 ? 'failed' : 'success',
    decision: { layer: 'policy', reason: 'allowed', statement: 0 },
    status: luck < 2 ? 403 : luck < 3 ? 409 : 200,
    request_id: idAt('req_', time),
    trace_id: null,
    ip: address(below(population.addresses)),
    user_agent: 'curl/8.5.0',
    metadata: changes ? { note: `${word(below(population.words))} ${word(below(population.words))}` } : {},
    changes: null,
  };
}

export const copiedColumns =
  'id, log, seq, segment, source, hash, body, readable, received_at, occurred_at, service, action, required_action, ' +
  'access, outcome, actor_id, pat_id, target_id, app_id, resource, request_id, ip, search';

/** The rows that would have been chained, with the hashes that they would have, as lines of PostgreSQL's COPY. */
export class History {
  readonly #log: string;
  seq: bigint;
  hash: Uint8Array;
  /** All kinds are checked, most rows are not: it is the bench that makes them. */
  #made = 0;

  constructor(log: string, head: { readonly seq: bigint; readonly hash: Uint8Array }) {
    this.#log = log;
    this.seq = head.seq;
    this.hash = head.hash;
  }

  line(time: number, segment: number): string {
    const event = eventAt(this.#log, time);
    const text = this.#made++ % 1_000 === 0 ? serializeEvent(event) : JSON.stringify(event);
    const body = Buffer.from(text);
    this.seq += 1n;
    const link = { log: this.#log, seq: this.seq, id: event.id, source: event.service, body };
    this.hash = chainHash(this.hash, link);
    const entry: ChainEntry = { id: event.id, log: this.#log, source: event.service, body, event };
    const index = indexColumns(entry);
    const words =
      index.words.length === 0 ? null : [this.#log, ...index.words].map((each) => `'${each}'`).join(' ');
    const fields = [
      ...[event.id, this.#log, String(this.seq), String(segment), event.service],
      ...[`\\\\x${Buffer.from(this.hash).toString('hex')}`, `\\\\x${body.toString('hex')}`, 't'],
      ...[
        index.occurredAt,
        index.occurredAt,
        index.service,
        index.action,
        index.requiredAction,
        index.access,
      ],
      ...[
        index.outcome,
        index.actorId,
        index.patId,
        index.targetId,
        index.appId,
        index.resource,
        index.requestId,
      ],
      ...[index.ip, words],
    ];
    return `${fields.map((field) => field ?? '\\N').join('\t')}\n`;
  }
}

/** A batch as a relay sends it. */
export function bareBatch(
  log: string,
  rows: number,
): { source: string; events: { id: string; body: string }[] } {
  const events = Array.from({ length: rows }, () => eventAt(log, Date.now()));
  return {
    source: 'platform',
    events: events.map((event) => ({ id: event.id, body: serializeEvent(event) })),
  };
}
