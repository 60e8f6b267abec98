/** Milliseconds from 1970 to 2000, where PostgreSQL's own clock begins. */
const epoch = 946_684_800_000;

/** -1 in the place of a length: NULL. */
const none = 0xffff_ffff;

/**
 * Rows in the binary form of PostgreSQL's COPY: each field is its length and its bytes. Nothing has to be escaped, and a
 * field of one length everywhere can be written again once its value is known.
 */
export class CopyBuffer {
  #buffer: Buffer;
  #length = 0;

  /** @param size in bytes that is expected; it grows where that was too little */
  constructor(size: number) {
    this.#buffer = Buffer.allocUnsafe(Math.max(64, size));
  }

  /** @returns where the row begins */
  row(fields: number): number {
    const at = this.#take(2);
    this.#buffer.writeUInt16BE(fields, at);
    return at;
  }

  null(): void {
    const at = this.#take(4);
    this.#buffer.writeUInt32BE(none, at);
  }

  /** Text with a NUL is refused by PostgreSQL, like any other that it cannot store. */
  text(value: string | null): void {
    if (value === null) return this.null();
    // Three bytes for each UTF-16 unit at most.
    this.#reserve(4 + 3 * value.length);
    const length = this.#buffer.write(value, this.#length + 4, 'utf8');
    this.#buffer.writeUInt32BE(length, this.#length);
    this.#length += 4 + length;
  }

  bytes(value: Uint8Array): void {
    const at = this.#field(value.byteLength);
    this.#buffer.set(value, at);
  }

  boolean(value: boolean): void {
    const at = this.#field(1);
    this.#buffer[at] = value ? 1 : 0;
  }

  /** So many bytes whose value follows; @returns where they stand */
  room(length: number): number {
    return this.#field(length);
  }

  /** An address of either family, as `addressBytes` gives it. */
  inet(address: Uint8Array | null): void {
    if (address === null) return this.null();
    const at = this.#field(4 + address.byteLength);
    // The families of PostgreSQL: 2 and 3. All bits, no network, and how many bytes follow.
    const head = [address.byteLength === 4 ? 2 : 3, address.byteLength * 8, 0, address.byteLength];
    this.#buffer.set(head, at);
    this.#buffer.set(address, at + 4);
  }

  /** Words without places, each once, in any order. */
  tsvector(words: readonly string[] | null): void {
    if (words === null) return this.null();
    const from = this.#take(8);
    this.#buffer.writeUInt32BE(words.length, from + 4);
    for (const word of words) {
      this.#reserve(3 * word.length + 3);
      this.#length += this.#buffer.write(word, this.#length, 'utf8');
      // The word's end, and how many places it has.
      this.#buffer.fill(0, this.#length, (this.#length += 3));
    }
    this.#buffer.writeUInt32BE(this.#length - from - 4, from);
  }

  /** The rows so far. What is written to them by place shows in it. */
  rows(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #field(length: number): number {
    const at = this.#take(4 + length);
    this.#buffer.writeUInt32BE(length, at);
    return at + 4;
  }

  #take(bytes: number): number {
    this.#reserve(bytes);
    this.#length += bytes;
    return this.#length - bytes;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#length + bytes, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** A time as PostgreSQL's binary form has it: microseconds since 2000. @param time in milliseconds since 1970 */
export function timestamp(time: number): bigint {
  return BigInt(time - epoch) * 1_000n;
}
