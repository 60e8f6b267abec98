import { createHash } from 'node:crypto';
import type { Position } from './audit-row.ts';

const version = 1;
const headLength = 1 + 8 + 8;
const sumLength = 6;
const logForm = /^[A-Za-z0-9_]{1,64}$/;

/**
 * Where the next page begins, for the caller to send back as it is: version, time, place in the chain, a checksum over
 * these and the question, log. It is a place in what the caller may read anyway, so it needs no signature; the checksum is
 * for mistakes: a cursor that was cut, or that belongs to other filters.
 *
 * @param question what was asked, in a form that is the same for every page
 */
export function encodeCursor({ occurredAt, log, seq }: Position, question: string): string {
  const head = Buffer.alloc(headLength);
  head.writeUInt8(version, 0);
  head.writeBigInt64BE(BigInt(occurredAt.getTime()), 1);
  head.writeBigUInt64BE(seq, 9);
  const name = Buffer.from(log);
  return Buffer.concat([head, checksum(head, name, question), name]).toString('base64url');
}

/** `null` where it is not one that this question was answered with. */
export function decodeCursor(text: string, question: string): Position | null {
  const bytes = Buffer.from(text, 'base64url');
  // One spelling for each: base64url has spare bits, and passes over what it does not know.
  if (bytes.toString('base64url') !== text || bytes.length <= headLength + sumLength) return null;
  const head = bytes.subarray(0, headLength);
  const name = bytes.subarray(headLength + sumLength);
  const log = name.toString('latin1');
  const isWhole = checksum(head, name, question).equals(bytes.subarray(headLength, headLength + sumLength));
  if (!isWhole || head[0] !== version || !logForm.test(log)) return null;
  const occurredAt = new Date(Number(head.readBigInt64BE(1)));
  const seq = head.readBigUInt64BE(9);
  if (Number.isNaN(occurredAt.getTime()) || occurredAt.getTime() < 0 || seq > Number.MAX_SAFE_INTEGER)
    return null;
  return { occurredAt, log, seq };
}

function checksum(head: Uint8Array, name: Uint8Array, question: string): Buffer {
  const hash = createHash('sha256').update('pcft-audit-cursor-v1').update(head).update(name).update(question);
  return hash.digest().subarray(0, sumLength);
}
