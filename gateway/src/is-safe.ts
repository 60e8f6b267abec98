import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** Whether a request changes nothing and has no body: carried out twice, or for nobody, it does no harm. */
export function isSafe(request: {
  readonly method?: string | null | undefined;
  readonly headers?: IncomingHttpHeaders | OutgoingHttpHeaders | readonly string[] | null | undefined;
}): boolean {
  const { method, headers } = request;
  if (headers === null || headers === undefined || Array.isArray(headers)) return false;
  const named = headers as OutgoingHttpHeaders;
  return (
    (method === 'GET' || method === 'HEAD') &&
    named['content-length'] === undefined &&
    named['transfer-encoding'] === undefined
  );
}
