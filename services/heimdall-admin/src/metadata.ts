import { invalid } from '@pcft/errors';

export type Metadata = Readonly<Record<string, unknown>>;

const mostKeys = 50;
/** Serialized. Together with everything else it has to fit an audit row and a record for the tokens service. */
const mostBytes = 16_384;

/**
 * Metadata as it is after a PATCH: the keys that are given replace those of the same name as a whole, `null` removes
 * one, all others stay (RFC 7396, at the top level only).
 *
 * @throws Fault `validation` when the outcome is too large
 */
export function mergeMetadata(held: Metadata, patch: Metadata): Metadata {
  const merged = new Map([...Object.entries(held), ...Object.entries(patch)]);
  const kept = Object.fromEntries([...merged].filter(([, value]) => value !== null));
  if (Object.keys(kept).length > mostKeys) throw invalid('metadata', `at most ${mostKeys} keys`);
  return boundedMetadata(kept);
}

/** @throws Fault `validation` when the metadata is too large */
export function boundedMetadata(metadata: Metadata): Metadata {
  if (!fitsMetadata(metadata)) throw invalid('metadata', `at most ${mostBytes} bytes of JSON`);
  return metadata;
}

export function fitsMetadata(metadata: Metadata): boolean {
  return Buffer.byteLength(JSON.stringify(metadata)) <= mostBytes;
}
