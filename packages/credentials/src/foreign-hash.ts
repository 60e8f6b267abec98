/**
 * A password hash that another system made, within bounds: what it costs to verify is chosen by whoever imports it,
 * so none may cost more than a second and 128 MiB (and less to be imported: `isImportable`).
 */
export type ForeignHash =
  | { readonly scheme: 'bcrypt'; readonly hash: string }
  | {
      readonly scheme: 'argon2id';
      readonly memory: number;
      readonly passes: number;
      readonly parallelism: number;
      readonly nonce: Uint8Array;
      readonly tag: Uint8Array;
    };

const bounds = {
  bcryptCost: { least: 4, most: 14 },
  /** KiB. */
  memory: { least: 8, most: 131_072 },
  passes: { least: 1, most: 10 },
  parallelism: { least: 1, most: 16 },
  /** Memory times passes: 64 MiB six times over. */
  work: 393_216,
  nonceBytes: { least: 8, most: 64 },
  tagBytes: { least: 16, most: 64 },
};

/**
 * What may still be imported: a wrong password costs the dearest hash of its app, and other apps wait meanwhile. Within are
 * the defaults of PHP, Django and Spring and what OWASP recommends; dearer hashes that are stored already go on.
 */
const importBounds = {
  bcryptCost: 12,
  /** KiB. */
  memory: 102_400,
  /** Memory times passes: 64 MiB four times over. */
  work: 262_144,
};

const BCRYPT = /^\$2[aby]\$(\d\d)\$[./0-9A-Za-z]{53}$/;
const ARGON2ID =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

const within = (value: number, { least, most }: { least: number; most: number }) =>
  value >= least && value <= most;

/** Reads bcrypt (`$2a$`, `$2b$`, `$2y$`) and argon2id in PHC form, version 19. `null` for everything else. */
export function parseForeignHash(text: string): ForeignHash | null {
  const cost = BCRYPT.exec(text)?.[1];
  if (cost !== undefined) {
    // `$2y$` is PHP's name for what OpenBSD calls `$2b$`; the library knows only the latter.
    const hash = text.replace(/^\$2y\$/, '$2b$');
    return within(Number(cost), bounds.bcryptCost) ? { scheme: 'bcrypt', hash } : null;
  }
  const [, m = '', t = '', p = '', salt = '', digest = ''] = ARGON2ID.exec(text) ?? [];
  const [memory, passes, parallelism] = [Number(m), Number(t), Number(p)];
  const [nonce, tag] = [Buffer.from(salt, 'base64'), Buffer.from(digest, 'base64')];
  const fits =
    within(memory, bounds.memory) &&
    memory >= 8 * parallelism &&
    within(passes, bounds.passes) &&
    within(parallelism, bounds.parallelism) &&
    memory * passes <= bounds.work &&
    within(nonce.length, bounds.nonceBytes) &&
    within(tag.length, bounds.tagBytes);
  return fits ? { scheme: 'argon2id', memory, passes, parallelism, nonce, tag } : null;
}

/** Whether a hash that can be verified is cheap enough to be taken over from another system. */
export function isImportable(hash: ForeignHash): boolean {
  if (hash.scheme === 'bcrypt') return Number(BCRYPT.exec(hash.hash)?.[1]) <= importBounds.bcryptCost;
  const { memory, passes } = hash;
  return memory <= importBounds.memory && memory * passes <= importBounds.work;
}
