import { Prisma } from '../../generated/prisma/client.ts';
import type { AuditFilter } from './audit-row.ts';

/** Columns with an index that leads to their rows in the order of pages; a filter by one of them is one ordered scan. */
export function ordered(filter: AuditFilter): Prisma.Sql[] {
  const { actorId, patId, targetId, appId, requestId } = filter;
  return given([
    actorId !== undefined && Prisma.sql`actor_id = ${actorId}`,
    patId !== undefined && Prisma.sql`pat_id = ${patId}`,
    targetId !== undefined && Prisma.sql`target_id = ${targetId}`,
    appId !== undefined && Prisma.sql`app_id = ${appId}`,
    requestId !== undefined && Prisma.sql`request_id = ${requestId}`,
    filter.ip !== undefined && !filter.ip.includes('/') && Prisma.sql`ip = ${filter.ip}::inet`,
  ]);
}

/** What an index finds, but not in the order of pages. */
export function ranged({ resource, ip, words }: AuditFilter, log: string): Prisma.Sql[] {
  return given([
    resource !== undefined && resource !== '*' && resourceCondition(resource),
    ip?.includes('/') === true && addressRange(ip),
    words !== undefined && Prisma.sql`search @@ ${searchQuery(words, log)}::tsquery`,
  ]);
}

/** Of few values each: told by the kind of a row. */
export function kindly(filter: AuditFilter): Prisma.Sql[] {
  const { service, access } = filter;
  return given([
    service !== undefined && Prisma.sql`service = ${service}`,
    ...cameTo(filter),
    access !== undefined && Prisma.sql`access = ${access}`,
  ]);
}

/** A constant: the index of what failed is only used where the plan can tell that success is not meant. */
export function cameTo({ outcome }: AuditFilter): Prisma.Sql[] {
  return outcome === undefined ? [] : [Prisma.sql`outcome = ${Prisma.raw(outcomes[outcome])}`];
}

const outcomes: Readonly<Record<NonNullable<AuditFilter['outcome']>, string>> = {
  success: `'success'`,
  denied: `'denied'`,
  failed: `'failed'`,
};

/**
 * The ends of a range in the order of the index: PostgreSQL derives them itself only from a constant. All that stands between
 * them is in the range, since what is kept are addresses of hosts; to say so again would make it pass for a narrower one.
 */
function addressRange(ip: string): Prisma.Sql {
  return Prisma.sql`ip >= network(${ip}::inet) AND ip <= set_masklen(broadcast(${ip}::inet), ${widthOf(ip)})`;
}

const widthOf = (ip: string): Prisma.Sql => Prisma.raw(ip.includes(':') ? '128' : '32');

/** Values of a column, of which a row has one. */
export interface EachOf {
  readonly column: Prisma.Sql;
  /** As an array of the column's type. */
  readonly values: Prisma.Sql;
  /** That a row has one of them, in no order. */
  readonly any: Prisma.Sql;
}

/** So many are looked up one by one: a /28, or a /124. */
const mostAddresses = 16;

/** Each address of a range that has few. */
export function addressesOf(ip: string | undefined): EachOf | null {
  const [, bits] = ip?.split('/') ?? [];
  if (ip === undefined || bits === undefined) return null;
  const count = 2 ** ((ip.includes(':') ? 128 : 32) - Number(bits));
  if (count > mostAddresses) return null;
  const first = Prisma.sql`set_masklen(network(${ip}::inet)::inet, ${widthOf(ip)})`;
  const values = Prisma.sql`ARRAY(SELECT ${first} + place FROM generate_series(0, ${Prisma.raw(String(count - 1))}) AS place)`;
  return { column: Prisma.raw('ip'), values, any: addressRange(ip) };
}

export function timely({ from, to }: AuditFilter): Prisma.Sql[] {
  return given([from && Prisma.sql`occurred_at >= ${from}`, to && Prisma.sql`occurred_at < ${to}`]);
}

/**
 * A URN and all below it, by whole segments, as packages/policy compares them. The part before the first `*` is a range of
 * the index ('0' is the character behind '/'); the rest is compared row by row.
 */
function resourceCondition(pattern: string): Prisma.Sql {
  const star = pattern.indexOf('*');
  if (star === -1)
    return Prisma.sql`resource >= ${pattern} AND resource < ${`${pattern}0`}
      AND (resource = ${pattern} OR resource >= ${`${pattern}/`})`;
  const prefix = pattern.slice(0, star);
  const last = prefix.charCodeAt(prefix.length - 1);
  const end = prefix.slice(0, -1) + String.fromCharCode(last + 1);
  const segments = pattern
    .split(/([:/])/)
    .map((part) => (part === '*' ? '[^:/]+' : part.replaceAll(/[.\\^$*+?()[\]{}|]/g, '\\$&')));
  return Prisma.sql`resource >= ${prefix} AND resource < ${end} AND resource ~ ${`^${segments.join('')}(/|$)`}`;
}

/** A word of one or two characters is looked for whole: too many begin with it. */
const shortestPrefix = 3;

/** Greater than all that begins with it: no letter or digit comes behind the last code point. */
const lastCharacter = '\u{10FFFF}';

/** A single word among the words themselves: every row once, however many of its words begin so. */
export function wordCondition(word: string): Prisma.Sql {
  return [...word].length < shortestPrefix
    ? Prisma.sql`word = ${word}`
    : Prisma.sql`word >= ${word} AND word < ${word + lastCharacter} AND previous < ${word}`;
}

/** Words are letters and digits alone and a log's name has no quote in it, so neither needs escaping. */
function searchQuery(words: readonly string[], log: string): string {
  const terms = words.map((word) => `'${word}'${[...word].length < shortestPrefix ? '' : ':*'}`);
  return [`'${log}'`, ...terms].join(' & ');
}

function given(conditions: readonly (Prisma.Sql | false | undefined)[]): Prisma.Sql[] {
  return conditions.filter((condition) => condition instanceof Prisma.Sql);
}
