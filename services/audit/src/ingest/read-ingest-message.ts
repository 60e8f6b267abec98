import { isIngestRequest } from '@pcft/events';
import { type ChainEntry, rawEntry, readEntry } from './chain-entry.ts';

export interface IngestMessage {
  readonly entries: readonly ChainEntry[];
  /** How many rows the answer vouches for. */
  readonly rows: number;
}

const sourcePattern = /^[a-z][a-z0-9-]{0,62}$/;

/** Reads what came in. Bytes that are no request at all become one unreadable entry, so that they are on record. */
export function readIngestMessage(data: Uint8Array): IngestMessage {
  const request = parse(data);
  if (isIngestRequest(request) && sourcePattern.test(request.source)) {
    const { source, events } = request;
    return { entries: events.map((row) => readEntry(source, row)), rows: events.length };
  }
  return { entries: [rawEntry('unknown', { id: '', body: data })], rows: 1 };
}

function parse(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
  } catch {
    return undefined;
  }
}
