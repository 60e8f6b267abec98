import type { Suite } from '../../packages/testing/src/index.ts';
import { actorId, address, patId, population, project, word } from './history.ts';

type Query = Record<string, string | number>;

const below = (count: number): number => Math.floor(Math.random() * count);
const day = 86_400_000;

type Questions = Readonly<Record<string, () => Query>>;

/** Every kind of filter, with other values each time. */
export const questions: Questions = {
  'no filter': () => ({}),
  actor: () => ({ actor_id: actorId(below(population.actors)) }),
  PAT: () => ({ pat_id: patId(below(population.pats)) }),
  'one action': () => ({
    action: ['projects.read', 'workspace.member.delete', 'tokens.issue'][below(3)] ?? '',
  }),
  'an action pattern': () => ({
    action: ['heimdall.*', '*.read', 'workspace.*', '*.update'][below(4)] ?? '',
  }),
  service: () => ({ service: ['tokens', 'platform', 'projects'][below(3)] ?? '' }),
  'access level': () => ({ access: ['delete', 'permissions', 'write', 'read'][below(4)] ?? '' }),
  outcome: () => ({ outcome: ['denied', 'failed', 'success'][below(3)] ?? '' }),
  'a file': () => ({ resource: `${project(below(population.projects))}/file/fil_${below(20)}` }),
  'a project and all below': () => ({ resource: project(below(population.projects)) }),
  'an address': () => ({ ip: address(below(population.addresses)) }),
  'a range of addresses': () => ({ ip: `198.51.${100 + below(5)}.${16 * below(15)}/28` }),
  'a wide range': () => ({ ip: '198.51.0.0/16' }),
  'a word': () => ({ q: word(below(population.words)) }),
  'a beginning of words': () => ({ q: word(10 + below(90)) }),
  'a day': () => {
    const from = Date.now() - (40 + below(200)) * day;
    return { from: new Date(from).toISOString(), to: new Date(from + day).toISOString() };
  },
  'app and denied': () => ({ app_id: `app_${below(20)}`, outcome: 'denied' }),
  'actor and action': () => ({ actor_id: actorId(below(population.actors)), action: 'heimdall.*' }),
  'PAT and denied': () => ({ pat_id: patId(below(population.pats)), outcome: 'denied' }),
  'action and a week': () => {
    const from = Date.now() - (40 + below(200)) * day;
    return {
      action: 'projects.*',
      from: new Date(from).toISOString(),
      to: new Date(from + 7 * day).toISOString(),
    };
  },
};

/** What no single index answers, or answers in the order of pages. */
export const combinations: Questions = {
  'actor and a range': () => ({
    actor_id: actorId(below(population.actors)),
    ip: `198.51.${100 + below(5)}.0/24`,
  }),
  'actor and PAT': () => ({
    actor_id: actorId(below(population.actors)),
    pat_id: patId(below(population.pats)),
  }),
  'project and actor': () => ({
    resource: project(below(population.projects)),
    actor_id: actorId(below(population.actors)),
  }),
  'project and writes': () => ({ resource: project(below(population.projects)), access: 'write' }),
  'app and action': () => ({ app_id: `app_${below(20)}`, action: 'heimdall.user.*' }),
  'word and denied': () => ({ q: word(below(population.words)), outcome: 'denied' }),
  'two words': () => ({ q: `${word(below(population.words))} ${word(below(population.words))}` }),
};

export interface Timing {
  readonly name: string;
  readonly calls: number;
  readonly p50: number;
  readonly p95: number;
}

/**
 * First pages, pages by cursor and pages by offset in turn, one after the other, straight at the service: from the request
 * to the answer's last byte, without the checks of contracts that tests make on both sides.
 */
export async function measurePages(
  suite: Suite,
  reader: { readonly auth: string; readonly ws: string },
  { asked, calls }: { readonly asked: Questions; readonly calls: number },
): Promise<Timing[]> {
  const timings: Timing[] = [];
  const everything: number[] = [];
  for (const [name, question] of Object.entries(asked)) {
    await measureOne(suite, reader, question, 1);
    const waits = await measureOne(suite, reader, question, calls);
    everything.push(...waits);
    timings.push(timing(name, waits));
  }
  return [...timings, timing('all of them', everything)];
}

/** How long each call of one kind took, in ms. */
async function measureOne(
  suite: Suite,
  reader: { readonly auth: string; readonly ws: string },
  question: () => Query,
  calls: number,
): Promise<number[]> {
  const waits: number[] = [];
  for (let n = 0; n < calls; n++) {
    const query = question();
    const page = await ask(suite, reader, query);
    waits.push(page.ms);
    if (page.next === null) continue;
    waits.push((await ask(suite, reader, { ...query, cursor: page.next })).ms);
    if (n % 4 === 0)
      waits.push((await ask(suite, reader, { ...query, offset: Math.min(page.total, 2_000) })).ms);
  }
  return waits;
}

export async function measureCounts(
  suite: Suite,
  { auth, ws }: { readonly auth: string; readonly ws: string },
  calls: number,
): Promise<Timing[]> {
  const timings: Timing[] = [];
  for (const days of [30, 365]) {
    const waits: number[] = [];
    for (let n = 0; n < calls; n++) {
      const from = new Date(Date.now() - days * day).toISOString().slice(0, 10);
      const start = performance.now();
      const { status } = await suite.call('countAuditLogs', { auth, params: { ws }, query: { from } });
      if (status !== 200) throw new Error(`counts: ${status}`);
      waits.push(performance.now() - start);
    }
    timings.push(timing(`counts of ${days} days by action`, waits));
  }
  return timings;
}

async function ask(
  suite: Suite,
  { auth, ws }: { readonly auth: string; readonly ws: string },
  query: Query,
): Promise<{ ms: number; next: string | null; total: number }> {
  for (let tries = 1; ; tries++) {
    const url = new URL(`/v1/workspaces/${ws}/audit-logs`, suite.serviceUrl('audit'));
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    const start = performance.now();
    const answer = await fetch(url, { headers: { authorization: `Bearer ${auth}` } });
    const text = await answer.text();
    const ms = performance.now() - start;
    // A machine that does much else at the time: said, and asked again, since what is measured is the page.
    if (answer.status === 503 && tries < 5) {
      console.log(`        503 for ${JSON.stringify(query)}, after ${ms.toFixed(0)} ms`);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      continue;
    }
    if (answer.status !== 200) throw new Error(`${JSON.stringify(query)}: ${answer.status} ${text}`);
    const { pagination } = JSON.parse(text) as { pagination: { next_cursor: string | null; total: number } };
    return { ms, next: pagination.next_cursor, total: pagination.total };
  }
}

export function timing(name: string, waits: number[]): Timing {
  waits.sort((a, b) => a - b);
  const at = (part: number): number => waits[Math.floor((waits.length - 1) * part)] ?? 0;
  return { name, calls: waits.length, p50: at(0.5), p95: at(0.95) };
}
