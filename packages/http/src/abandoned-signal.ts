import type { ServerResponse } from 'node:http';

/** Aborted when the connection ends before all of the answer was handed to it; never by an answer that was given. */
export function abandonedSignal(response: ServerResponse): AbortSignal {
  const leaving = new AbortController();
  const ended = () => {
    if (!response.writableFinished) leaving.abort();
  };
  if (response.closed) ended();
  else response.once('close', ended);
  return leaving.signal;
}
