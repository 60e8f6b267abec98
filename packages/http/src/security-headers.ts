import helmet from 'helmet';
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * The headers that helmet sets. They are the same for every answer, so helmet is asked once, not for each of them.
 *
 * @returns sets them on a response
 */
export function securityHeaders(): (res: ServerResponse) => void {
  const headers: [string, string][] = [];
  const response = {
    setHeader: (name: string, value: string) => headers.push([name, value]),
    removeHeader: () => undefined,
  };
  let done = false;
  helmet()({} as IncomingMessage, response as unknown as ServerResponse, () => (done = true));
  // Should it ever need a request, or time, this must not pass in silence.
  if (!done || headers.length === 0) throw new Error('helmet set no headers');
  return (res) => {
    for (const [name, value] of headers) res.setHeader(name, value);
  };
}
