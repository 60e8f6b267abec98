import { randomFillSync } from 'node:crypto';
import { decodeTime, ulid } from 'ulid';

/** Prefixes of ids, from the product's vocabulary. */
export const ID_PREFIXES = [
  'acc_', // account
  'ws_', // workspace
  'mem_', // member
  'pat_', // personal access token
  'ak_', // the same, on the 002 surface
  'pol_', // policy
  'rol_', // custom role of a workspace
  'role_', // role of an app
  'ses_', // session
  'pky_', // passkey
  'app_', // app
  'usr_', // end user of an app
  'ten_', // tenant
  'tmb_', // membership in a tenant
  'cred_', // credential of an app
  'svc_', // its client_id
  'key_', // app API key
  'inv_', // invite
  'aud_', // audit event
  'snk_', // sink of the audit log
  'prj_', // project
  'fil_', // file
  'dpl_', // deployment
  'tsk_', // task
  'lh_', // lease holder
  'req_', // request
  'evt_', // event
  'fam_', // refresh token family
  'ver_', // verification (e-mail, password reset)
] as const;

export type IdPrefix = (typeof ID_PREFIXES)[number];
/** An id as text: `Id<'acc_'>` is `acc_` and a ULID. */
export type Id<P extends IdPrefix = IdPrefix> = `${P}${string}`;

// Crockford's base32; the first character carries only 3 bits, as a ULID has 128.
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** A new id: prefix and ULID. Unique; ordered by creation only to the millisecond. Not a secret. */
export function createId<P extends IdPrefix>(prefix: P): Id<P> {
  return `${prefix}${ulid(undefined, randomFraction)}`;
}

// One system call per 256 ids' worth of characters: ulid's own source asks for every character, which is 20 times slower.
const pool = Buffer.alloc(4096);
let used = pool.length;

function randomFraction(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  // Exact for ulid's 32 characters: 256 is a multiple of 32.
  return (pool[used++] as number) / 256;
}

export function isUlid(text: string): boolean {
  return ULID.test(text);
}

/** When an id says it was made, in milliseconds since 1970; `null` where what follows the prefix is no ULID. */
export function idTime(id: string): number | null {
  const text = bareUlid(id);
  return isUlid(text) ? decodeTime(text) : null;
}

/** True for the prefix followed by an upper-case ULID, and nothing else. */
export function isId<P extends IdPrefix>(prefix: P, text: string): text is Id<P> {
  return text.startsWith(prefix) && isUlid(text.slice(prefix.length));
}

/** The ULID of an id, as document 002's examples print it. */
export function bareUlid(id: string): string {
  return id.slice(id.lastIndexOf('_') + 1);
}

/** An id written in full or as a bare ULID (002's routes take both), in full; null when it is neither. */
export function toId<P extends IdPrefix>(prefix: P, text: string): Id<P> | null {
  if (isId(prefix, text)) return text;
  return isUlid(text) ? `${prefix}${text}` : null;
}
