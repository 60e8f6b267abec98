/** Each field preceded by its length in bytes (4 bytes, big-endian): no two different lists give the same bytes. */
export function lengthPrefixed(fields: readonly Uint8Array[]): Buffer {
  const size = fields.reduce((sum, field) => sum + 4 + field.byteLength, 0);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const field of fields) {
    at = bytes.writeUInt32BE(field.byteLength, at);
    bytes.set(field, at);
    at += field.byteLength;
  }
  return bytes;
}

/** 8 bytes, big-endian, unsigned. */
export function uint64(value: bigint): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
