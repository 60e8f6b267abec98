import type { Call } from '@pcft/http';
import { createHash } from 'node:crypto';

/**
 * Says with an answer which version of it this is, as its ETag and in the body: who asks again with `If-None-Match` is
 * told whether anything has changed. Only for callers from outside; services go by the log's position, which says
 * more. An answer is its caller's own, so no cache on the way may give it to another.
 */
export function publishVersion<B extends object>(
  { header }: Pick<Call, 'header'>,
  body: B,
): B & { version: string } {
  const version = createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22);
  header('ETag', `"${version}"`);
  header('Cache-Control', 'private, no-cache');
  header('Vary', 'Authorization, X-Api-Key, Cookie');
  return { ...body, version };
}
