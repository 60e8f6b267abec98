import { closeSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A secret that was issued, and what it is. */
export interface IssuedSecret {
  readonly kind: string;
  readonly text: string;
}

export interface SecretFinding {
  readonly kind: string;
  /** `clear`, `hex`, `base64`, `url`. */
  readonly encoding: string;
  /** File or table. */
  readonly where: string;
}

/** Bytes that two windows of different texts hardly ever share; the shortest secret is no shorter. */
const windowBytes = 10;
const bitmapBits = 24;

interface Needle {
  readonly bytes: Buffer;
  readonly kind: string;
  readonly encoding: string;
}

/**
 * Looks for secrets in whatever bytes it is given: in clear, hex, base64 at every alignment and URL-encoded. One pass
 * with a rolling hash over the last bytes of each form; what the hash finds is compared as a whole.
 */
export class SecretSearch {
  readonly #byHash = new Map<number, Needle[]>();
  readonly #bitmap = new Uint8Array(1 << (bitmapBits - 3));

  constructor(secrets: readonly IssuedSecret[]) {
    for (const { kind, text } of secrets)
      for (const [encoding, bytes] of encodingsOf(text)) this.#add({ kind, encoding, bytes });
  }

  /** Every secret in the bytes, once per kind and encoding. */
  search(bytes: Buffer, where: string): SecretFinding[] {
    const found = new Map<string, SecretFinding>();
    let hash = 0;
    for (let at = 0; at < bytes.length; at++) {
      const leaving = at >= windowBytes ? (bytes[at - windowBytes] as number) : 0;
      hash = (Math.imul(hash, 257) + (bytes[at] as number) - Math.imul(leaving, leavingFactor)) | 0;
      const slot = slotOf(hash);
      if (((this.#bitmap[slot >>> 3] as number) & (1 << (slot & 7))) === 0) continue;
      for (const { kind, encoding, bytes: needle } of this.#byHash.get(hash) ?? []) {
        const start = at + 1 - needle.length;
        if (start < 0 || bytes.compare(needle, 0, needle.length, start, at + 1) !== 0) continue;
        found.set(`${kind} ${encoding}`, { kind, encoding, where });
      }
    }
    return [...found.values()];
  }

  /** Every file below a folder. Secrets that lie across the borders of what is read at once are found too. */
  searchFolder(folder: string): { findings: SecretFinding[]; bytes: number; files: number } {
    const findings: SecretFinding[] = [];
    let [bytes, files] = [0, 0];
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      files++;
      for (const chunk of chunksOf(path)) {
        bytes += chunk.length;
        findings.push(...this.search(chunk, path.slice(folder.length + 1)));
      }
    }
    return { findings, bytes, files };
  }

  #add(needle: Needle): void {
    if (needle.bytes.length < windowBytes)
      throw new RangeError(`a ${needle.kind} is too short to be looked for`);
    let hash = 0;
    for (const byte of needle.bytes.subarray(-windowBytes)) hash = (Math.imul(hash, 257) + byte) | 0;
    this.#byHash.set(hash, [...(this.#byHash.get(hash) ?? []), needle]);
    const slot = slotOf(hash);
    this.#bitmap[slot >>> 3] = (this.#bitmap[slot >>> 3] as number) | (1 << (slot & 7));
  }
}

const leavingFactor = Array.from({ length: windowBytes }).reduce<number>((power) => Math.imul(power, 257), 1);

function slotOf(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> (32 - bitmapBits);
}

function encodingsOf(text: string): [string, Buffer][] {
  const clear = Buffer.from(text);
  const forms: [string, string][] = [
    ['hex', clear.toString('hex')],
    ['hex', clear.toString('hex').toUpperCase()],
    ...[0, 1, 2].map((offset): [string, string] => ['base64', stableBase64(clear, offset)]),
  ];
  forms.push(
    ...forms
      .filter(([name]) => name === 'base64')
      .map(([name, form]): [string, string] => [name, toUrlAlphabet(form)]),
  );
  const url = encodeURIComponent(text);
  if (url !== text) forms.push(['url', url], ['url', url.replaceAll('%20', '+')]);
  const distinct = new Map(forms.map(([name, form]) => [form, name]));
  return [
    ['clear', clear],
    ...[...distinct].map(([form, name]): [string, Buffer] => [name, Buffer.from(form)]),
  ];
}

/** Of a text that stands somewhere within what is encoded: the characters that do not depend on its neighbours. */
function stableBase64(bytes: Buffer, offset: number): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replaceAll('=', '');
  const begin = offset === 0 ? 0 : offset + 1;
  const end = encoded.length - ((offset + bytes.length) % 3 === 0 ? 0 : 1);
  return encoded.slice(begin, end);
}

const toUrlAlphabet = (text: string) => text.replaceAll('+', '-').replaceAll('/', '_');

function* chunksOf(path: string): Generator<Buffer> {
  const size = 8 << 20;
  const overlap = 4096;
  let file: number;
  try {
    file = openSync(path, 'r');
    if (statSync(path).size === 0) return;
  } catch {
    return; // engines remove files while they run
  }
  try {
    for (let at = 0; ; at += size - overlap) {
      const buffer = Buffer.allocUnsafe(size);
      const read = readSync(file, buffer, 0, size, at);
      if (read > 0) yield buffer.subarray(0, read);
      if (read < size) return;
    }
  } finally {
    closeSync(file);
  }
}
