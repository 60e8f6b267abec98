/** Whose password it is to be: what an attacker would try first. */
export interface PasswordContext {
  readonly email?: string;
  readonly name?: string;
}

/** NIST SP 800-63B-4 section 3.1.1.2 asks for 8 at least where there is a second factor, and for no rules of composition. */
const shortest = 8;
/** In code points after normalization; far above the 64 that have to be taken. */
const longest = 1024;
/** What has to be left of a password without the words everybody would try. */
const leastBesideContext = 6;
const products = ['productcraft', 'heimdall', 'platform', 'craftdesk', 'pcft'];

/**
 * A password as it is counted, compared and hashed: NFKC, so that the same characters typed on another keyboard or
 * system are the same password (NIST SP 800-63B-4 section 3.1.1.2). Nothing is trimmed, folded or cut.
 */
export function normalizePassword(password: string): string {
  return password.normalize('NFKC');
}

/**
 * Why a password may not be set, as a sentence for the field, or `null` when it may: its length, the 49,233 most
 * common passwords (of which those of 8 characters and more count), one repeated character, a plain sequence, and
 * little more than the own address, name or the product's. No composition rules.
 */
export async function passwordRefusal(
  password: string,
  context: PasswordContext = {},
): Promise<string | null> {
  if (!password.isWellFormed()) return 'is not well-formed Unicode';
  const normalized = normalizePassword(password);
  const length = [...normalized].length;
  if (length < shortest) return `must have at least ${String(shortest)} characters`;
  if (length > longest) return `must have at most ${String(longest)} characters`;
  const folded = normalized.toLowerCase();
  if (isPattern(folded)) return 'is one repeated character or a plain sequence; choose another';
  if (isMostlyContext(folded, context)) return 'is little more than your name, your address or the product';
  if ((await commonPasswords()).has(folded)) return 'is one of the most common passwords; choose another';
  return null;
}

/** `aaaaaaaa`, `12345678`, `hgfedcba`. */
function isPattern(text: string): boolean {
  const points = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const step = (points[1] ?? 0) - (points[0] ?? 0);
  return Math.abs(step) <= 1 && points.every((point, i) => i === 0 || point - (points[i - 1] ?? 0) === step);
}

function isMostlyContext(text: string, { email = '', name = '' }: PasswordContext): boolean {
  const address = normalizePassword(email).toLowerCase();
  const [localPart = '', domain = ''] = address.split('@');
  const words = [
    address,
    localPart,
    domain,
    ...normalizePassword(name).toLowerCase().split(/\s+/),
    ...products,
  ]
    .filter((word) => [...word].length >= 4)
    .sort((a, b) => b.length - a.length);
  const left = words.reduce((rest, word) => rest.replaceAll(word, ''), text);
  if (left === text) return false;
  return [...left.replaceAll(/[^\p{Letter}\p{Number}]/gu, '')].length < leastBesideContext;
}

let loaded: Promise<ReadonlySet<string>> | null = null;

/** Loaded with the first password that is set: most processes never see one. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  loaded ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => {
    const all = dictionary['passwords-common'] as readonly string[];
    return new Set(all.filter((each) => each.length >= shortest).map((each) => each.toLowerCase()));
  });
  return loaded;
}
