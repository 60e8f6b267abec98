/** Longest URN or resource pattern, in characters. */
export const MAX_RESOURCE_LENGTH = 512;

const NAME = '[a-z][a-z0-9_-]*';
// The first may be any of base64url too: the key ids of RFC 7638 are ids.
const ID = '[A-Za-z0-9_-][A-Za-z0-9._~-]*';
const URN = new RegExp(`^pcft:${NAME}:${NAME}/(?:${ID}|\\*$)(?:/${NAME}/(?:${ID}|\\*$))*$`);
const PATTERN = new RegExp(
  `^pcft:(?:${NAME}|\\*):(?:${NAME}|\\*)/(?:${ID}|\\*)(?:/(?:${NAME}|\\*)/(?:${ID}|\\*))*$`,
);

/**
 * True for what a decision may be asked about: a URN `pcft:<service>:<type>/<id>[/<type>/<id>…]`, or a
 * collection, which is a URN whose last id is a literal `*` (`pcft:heimdall:app/*`): creating and listing are
 * decided there.
 */
export function isUrn(text: string): boolean {
  return text.length <= MAX_RESOURCE_LENGTH && URN.test(text);
}

/** True for `*`, or a URN in which `*` may stand for exactly one segment: the service, any type, any id. */
export function isResourcePattern(text: string): boolean {
  return text === '*' || (text.length <= MAX_RESOURCE_LENGTH && PATTERN.test(text));
}

/** `pcft:heimdall:app/app_1` → `['heimdall', 'app', 'app_1']`. Only for text that passed one of the checks above. */
export function resourceSegments(urn: string): string[] {
  const serviceEnd = urn.indexOf(':', 5);
  const segments = [urn.slice(5, serviceEnd)];
  let start = serviceEnd + 1;
  for (let end = urn.indexOf('/', start); end !== -1; end = urn.indexOf('/', start)) {
    segments.push(urn.slice(start, end));
    start = end + 1;
  }
  segments.push(urn.slice(start));
  return segments;
}

/**
 * Whether a resource pattern covers a URN: the URN itself and all below it, compared by whole segments, so
 * `app/ab` never covers `app/abc`.
 *
 * The collection `pcft:heimdall:app/*` is an ordinary URN here whose last segment is the text `*`. So
 * - the pattern `pcft:heimdall:app/app_1` says nothing about it: who may use one app may neither list nor create;
 * - the pattern `pcft:heimdall:app/*` covers it, and any one app with all below it;
 * - the pattern `pcft:heimdall:app/app_1` does cover `pcft:heimdall:app/app_1/user/*`, which lies below it.
 */
export function matchesResource(pattern: string, urn: string): boolean {
  if (!isResourcePattern(pattern) || !isUrn(urn)) return false;
  if (pattern === '*') return true;
  const wanted = resourceSegments(pattern);
  const given = resourceSegments(urn);
  return (
    wanted.length <= given.length && wanted.every((segment, i) => segment === '*' || segment === given[i])
  );
}
